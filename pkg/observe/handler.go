package observe

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// DefaultStack is the stack's name where nothing else is said.
const DefaultStack = "Riposte"

// StackName returns the name of the stack that RIPOSTE_STACK names.
func StackName(getenv func(string) string) string {
	if name := getenv("RIPOSTE_STACK"); name != "" {
		return name
	}
	return DefaultStack
}

// NewLogger returns a function's logger: JSON lines, those that tell of an outcome with their metrics.
func NewLogger(w io.Writer, getenv func(string) string) *slog.Logger {
	return slog.New(NewHandler(slog.NewJSONHandler(w, nil), StackName(getenv)))
}

// A Handler adds to the lines that carry values of metrics what CloudWatch needs to read them as such. All other lines go
// on as they are. Within a group a line has no metrics: CloudWatch looks for them on the outermost level only.
//
// Where a trace is recorded, every line names it.
type Handler struct {
	next    slog.Handler
	metrics map[string]Metric // by name; nil within a group
	stack   string
	class   string // of Logger.With
	mode    string
}

// NewHandler returns a Handler that writes by next, which has to write JSON.
func NewHandler(next slog.Handler, stack string) *Handler {
	h := &Handler{next: next, metrics: map[string]Metric{}, stack: stack}
	for _, m := range Metrics() {
		h.metrics[m.Name] = m
	}
	return h
}

// Enabled reports whether lines of a level are written.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// WithAttrs returns a Handler whose lines all carry attributes. Those that are values of metrics are not: each line
// would count them.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	attrs = slices.DeleteFunc(slices.Clone(attrs), func(a slog.Attr) bool {
		with.note(a)
		_, measured := h.metrics[a.Key]
		return measured
	})
	with.next = h.next.WithAttrs(attrs)
	return &with
}

// WithGroup returns a Handler whose lines carry their attributes within a group.
func (h *Handler) WithGroup(name string) slog.Handler {
	within := *h
	within.next = h.next.WithGroup(name)
	if name != "" {
		within.metrics = nil
	}
	return &within
}

// note keeps what an attribute says of a dimension.
func (h *Handler) note(a slog.Attr) {
	switch {
	case h.metrics == nil:
	case a.Key == AttrClass && a.Value.Kind() == slog.KindString:
		h.class = bounded(a.Value.String())
	case a.Key == AttrMode && a.Value.Kind() == slog.KindString:
		h.mode = a.Value.String()
	}
}

// bounded returns the class that a class is counted under. The operator may have any number of rules, and each
// combination of dimensions is a metric that costs.
func bounded(class string) string {
	if strings.HasPrefix(class, OtherClass+"-") {
		return OtherClass
	}
	return class
}

// Attributes that become dimensions.
const (
	AttrClass = "class"
	AttrMode  = "mode"
)

// Handle writes a line.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if id := traced(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("xray_trace_id", id))
	}
	if h.metrics == nil || !h.measures(r) {
		return h.next.Handle(ctx, r)
	}
	return h.next.Handle(ctx, h.embed(r))
}

// measures reports whether a line carries the value of a metric.
func (h *Handler) measures(r slog.Record) bool {
	found := false
	r.Attrs(func(a slog.Attr) bool {
		_, found = h.metrics[a.Key]
		return !found
	})
	return found
}

// embed adds to a line what makes its values metrics.
func (h *Handler) embed(r slog.Record) slog.Record {
	of := *h
	var narrow, wide []definition
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		of.note(a)
		m, measured := h.metrics[a.Key]
		switch {
		case !measured:
		case !numeric(a.Value), slices.ContainsFunc(append(narrow, wide...), func(d definition) bool { return d.Name == m.Name }):
			return true // a metric that is no number, or is there twice, would make CloudWatch refuse the whole line
		case m.ByClass:
			wide = append(wide, definition{m.Name, m.Unit})
		default:
			narrow = append(narrow, definition{m.Name, m.Unit})
		}
		out.AddAttrs(a)
		return true
	})
	meta := metadata{Timestamp: stamp(r.Time)}
	if len(narrow) > 0 {
		meta.Directives = append(meta.Directives, directive{Namespace, [][]string{{Stack}}, narrow})
	}
	out.AddAttrs(slog.String(Stack, dimension(h.stack)))
	if len(wide) > 0 {
		meta.Directives = append(meta.Directives, directive{Namespace, [][]string{{Stack}, {Stack, Class, Mode}}, wide})
		out.AddAttrs(slog.String(Class, dimension(of.class)), slog.String(Mode, dimension(of.mode)))
	}
	out.AddAttrs(slog.Any("_aws", meta))
	return out
}

// stamp returns the time of a metric in milliseconds, which CloudWatch does not take below zero.
func stamp(t time.Time) int64 { return max(t.UnixMilli(), 0) }

func numeric(v slog.Value) bool {
	k := v.Kind()
	return k == slog.KindInt64 || k == slog.KindUint64 || k == slog.KindFloat64
}

// maxDimension is how many characters CloudWatch takes of a dimension's value.
const maxDimension = 1024

// dimension returns text as CloudWatch takes it for the value of a dimension: printable ASCII, not empty, not beginning
// with a colon.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
func dimension(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	if plain = strings.TrimLeft(strings.TrimSpace(plain), ":"); plain == "" {
		return "none"
	}
	return plain[:min(len(plain), maxDimension)]
}

// metadata is what the embedded metric format wants under "_aws".
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metadata struct {
	Timestamp  int64       `json:"Timestamp"` // milliseconds since 1970
	Directives []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []definition `json:"Metrics"`
}

type definition struct {
	Name string `json:"Name"`
	Unit Unit   `json:"Unit"`
}
