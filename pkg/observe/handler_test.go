package observe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/observe"
)

// document is an embedded metric format document as the specification describes its metadata; members that it does not
// have are errors.
type document struct {
	Timestamp         *int64
	CloudWatchMetrics []struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []struct{ Name, Unit string }
	}
}

// check holds a line to the specification and returns its metrics as "name value unit" with the values of their dimensions.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func check(t *testing.T, line []byte) []string {
	t.Helper()
	root := members(t, line)
	if root["_aws"] == nil {
		return nil
	}
	var meta document
	dec := json.NewDecoder(bytes.NewReader(root["_aws"]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&meta); err != nil {
		t.Fatalf("_aws: %v in %s", err, line)
	}
	if meta.Timestamp == nil || *meta.Timestamp < 0 || *meta.Timestamp > 9_999_999_999_999 {
		t.Errorf("no timestamp in milliseconds in %s", line)
	}
	if len(meta.CloudWatchMetrics) == 0 {
		t.Errorf("no directive in %s", line)
	}
	var out []string
	for _, d := range meta.CloudWatchMetrics {
		if d.Namespace == "" || len(d.Namespace) > 1024 || len(d.Metrics) == 0 || len(d.Metrics) > 100 || len(d.Dimensions) == 0 {
			t.Errorf("a directive that CloudWatch refuses: %+v", d)
		}
		var sets []string
		for _, set := range d.Dimensions {
			if len(set) > 30 {
				t.Errorf("%d dimensions in one set", len(set))
			}
			var values []string
			for _, name := range set {
				var value string
				if err := json.Unmarshal(root[name], &value); err != nil || value == "" || len(value) > 1024 ||
					!regexp.MustCompile(`^[ -~]+$`).MatchString(value) || value[0] == ':' {
					t.Errorf("dimension %s is %s: %v", name, root[name], err)
				}
				values = append(values, name+"="+value)
			}
			sets = append(sets, strings.Join(values, ","))
		}
		for _, m := range d.Metrics {
			var value float64
			if err := json.Unmarshal(root[m.Name], &value); err != nil {
				t.Errorf("metric %s has the value %s: %v", m.Name, root[m.Name], err)
			}
			if !slices.Contains([]string{"Count", "Milliseconds", "Seconds"}, m.Unit) {
				t.Errorf("metric %s has the unit %q", m.Name, m.Unit)
			}
			out = append(out, fmt.Sprintf("%s %v %s %s", m.Name, value, m.Unit, strings.Join(sets, " ")))
		}
	}
	return out
}

// members returns the members of a JSON object, none of which may be there twice.
func members(t *testing.T, line []byte) map[string]json.RawMessage {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(line))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		t.Fatalf("no JSON object: %s", line)
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if _, twice := out[key.(string)]; twice {
			t.Errorf("member %v stands twice in %s", key, line)
		}
		out[key.(string)] = value
	}
	return out
}

// logged returns what a logger of the function in the given stack writes.
func logged(stack string, say func(context.Context, *slog.Logger)) []byte {
	var out bytes.Buffer
	say(traced(context.Background(), "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=0"),
		observe.NewLogger(&out, func(name string) string { return map[string]string{"RIPOSTE_STACK": stack}[name] }))
	return out.Bytes()
}

// traced returns the context of an invocation with the header of a trace, as Lambda's runtime makes it.
func traced(ctx context.Context, header string) context.Context {
	return context.WithValue(ctx, "x-amzn-trace-id", header) //nolint:staticcheck // the runtime's key is a plain text
}

func TestHandler(t *testing.T) {
	at := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		stack string
		say   func(context.Context, *slog.Logger)
		want  []string
	}{
		"no outcome": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "job done", slog.String("class", "x"), slog.String("Class", "y"))
		}, nil},
		"a count": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "told", slog.String("by", "sns"), observe.One(observe.MessagesTold))
		}, []string{"MessagesTold 1 Count Stack=Riposte"}},
		"by class, with a time": {"Guard", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "incident opened", slog.String("class", "access-key-created"), slog.String("mode", "act"),
				observe.One(observe.IncidentsOpened), observe.OneIf(false, observe.ExceptionsHit), observe.OneIf(true, observe.FightsEnded),
				observe.Span(observe.EventToReceived, at, at.Add(1500*time.Millisecond)),
				observe.Span(observe.ReceivedToDecided, at, at.Add(-time.Second)),
				observe.Span(observe.DecidedToActed, at, time.Time{}), observe.Span(observe.ActedToVerified, time.Time{}, at))
		}, []string{
			"FightsEnded 1 Count Stack=Guard", "EventToReceived 1500 Milliseconds Stack=Guard", "ReceivedToDecided 0 Milliseconds Stack=Guard",
			"IncidentsOpened 1 Count Stack=Guard Stack=Guard,Class=access-key-created,Mode=act",
		}},
		"an operator's own rule": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "incident opened", slog.String("class", "sigma-whatever-the-title-says"), slog.String("mode", "alert"), observe.One(observe.IncidentsOpened))
		}, []string{"IncidentsOpened 1 Count Stack=Riposte Stack=Riposte,Class=sigma,Mode=alert"}},
		"hostile dimensions": {"\x00☃", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "incident opened", slog.String("class", strings.Repeat("x", 5000)+"\n"), slog.String("mode", " :"), observe.One(observe.IncidentsOpened))
		}, []string{"IncidentsOpened 1 Count Stack=?? Stack=??,Class=" + strings.Repeat("x", 1024) + ",Mode=none"}},
		"no dimensions": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "incident opened", slog.Int("mode", 7), observe.One(observe.IncidentsOpened))
		}, []string{"IncidentsOpened 1 Count Stack=Riposte Stack=Riposte,Class=none,Mode=none"}},
		"dimensions of the logger": {"", func(ctx context.Context, l *slog.Logger) {
			l.With(slog.String("class", "c"), slog.String("mode", "ask"), observe.One(observe.Kept)).LogAttrs(ctx, slog.LevelInfo, "incident opened", observe.One(observe.IncidentsOpened))
		}, []string{"IncidentsOpened 1 Count Stack=Riposte Stack=Riposte,Class=c,Mode=ask"}},
		"a metric that is none": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "told", slog.String("Remediated", "much"), observe.One(observe.MessagesTold))
		}, []string{"MessagesTold 1 Count Stack=Riposte"}},
		"a metric twice": {"", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "told", observe.One(observe.MessagesTold), observe.One(observe.MessagesTold))
		}, []string{"MessagesTold 1 Count Stack=Riposte"}},
		"in a group": {"", func(ctx context.Context, l *slog.Logger) {
			l.WithGroup("g").With(slog.String("class", "c")).LogAttrs(ctx, slog.LevelInfo, "told", observe.One(observe.MessagesTold))
		}, nil},
		"every metric": {"", func(ctx context.Context, l *slog.Logger) {
			var attrs []slog.Attr
			for _, m := range observe.Metrics() {
				attrs = append(attrs, slog.Float64(m.Name, 0.5))
			}
			l.LogAttrs(ctx, slog.LevelInfo, "all", attrs...)
		}, everyMetric()},
	} {
		t.Run(name, func(t *testing.T) {
			line := logged(tt.stack, tt.say)
			if bytes.Count(line, []byte("\n")) != 1 || bytes.Contains(line, []byte("xray_trace_id")) {
				t.Errorf("logged %s", line)
			}
			if diff := cmp.Diff(tt.want, check(t, line)); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}

func everyMetric() (want []string) {
	var byClass []string
	for _, m := range observe.Metrics() {
		if m.ByClass {
			byClass = append(byClass, m.Name+" 0.5 "+string(m.Unit)+" Stack=Riposte Stack=Riposte,Class=none,Mode=none")
			continue
		}
		want = append(want, m.Name+" 0.5 "+string(m.Unit)+" Stack=Riposte")
	}
	return append(want, byClass...)
}

// TestTime holds that a metric has the time of its line.
func TestTime(t *testing.T) {
	before := time.Now().UnixMilli()
	line := logged("", func(ctx context.Context, l *slog.Logger) {
		l.LogAttrs(ctx, slog.LevelInfo, "told", observe.One(observe.MessagesTold))
	})
	var got struct {
		Time time.Time
		AWS  struct{ Timestamp int64 } `json:"_aws"`
	}
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	if got.AWS.Timestamp < before || got.AWS.Timestamp > time.Now().UnixMilli() || got.AWS.Timestamp != got.Time.UnixMilli() {
		t.Errorf("timestamp %d of a line of %s", got.AWS.Timestamp, got.Time)
	}
}

// TestNames holds that names and docs are fit for CloudWatch and that none is there twice.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range observe.Metrics() {
		if !regexp.MustCompile(`^[A-Z][A-Za-z]{1,60}$`).MatchString(m.Name) || seen[m.Name] || m.Doc == "" || !strings.HasSuffix(m.Doc, ".") {
			t.Errorf("metric %+v", m)
		}
		seen[m.Name] = true
	}
}

func TestTrace(t *testing.T) {
	for header, want := range map[string]string{
		"Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1": "1-67891233-abcdef012345678912345678",
		"Sampled=1;Root=1-67891233-abcdef012345678912345678":                         "1-67891233-abcdef012345678912345678",
		"Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=0": "",
		"Sampled=1": "",
		"Sampled=1;Root=" + strings.Repeat("1", 65): "",
		"": "",
	} {
		var out bytes.Buffer
		l := observe.NewLogger(&out, func(string) string { return "" })
		l.LogAttrs(traced(t.Context(), header), slog.LevelInfo, "told", observe.One(observe.MessagesTold))
		check(t, out.Bytes())
		var got struct {
			Trace string `json:"xray_trace_id"`
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Trace != want {
			t.Errorf("with %q the line names trace %q, want %q: %v", header, got.Trace, want, err)
		}
	}
}

// TestSlog holds the handler to what package slog asks of one.
func TestSlog(t *testing.T) {
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return observe.NewHandler(slog.NewJSONHandler(&out, nil), "Riposte")
	}, func(t *testing.T) map[string]any {
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		return line
	})
}

// void takes every line and does nothing with it.
type void struct{}

func (void) Enabled(context.Context, slog.Level) bool  { return true }
func (void) Handle(context.Context, slog.Record) error { return nil }
func (v void) WithAttrs([]slog.Attr) slog.Handler      { return v }
func (v void) WithGroup(string) slog.Handler           { return v }

// TestOrdinaryLinesCostNothing holds that a line which is no outcome allocates no more than slog itself does.
func TestOrdinaryLinesCostNothing(t *testing.T) {
	ordinary := func(h slog.Handler) float64 {
		l, ctx := slog.New(h), t.Context()
		return testing.AllocsPerRun(100, func() {
			l.LogAttrs(ctx, slog.LevelInfo, "job done", slog.String("incident", "inc-1"), slog.String("class", "c"))
		})
	}
	plain := ordinary(void{})
	with := ordinary(observe.NewHandler(void{}, "Riposte"))
	if with > plain {
		t.Errorf("%v allocations, %v without the handler", with, plain)
	}
}
