package logfile

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// got is what one Read says: entries as "file:line raw" and problems as "file:line error".
type got struct{ entries, problems []string }

func read(ctx context.Context, path string, stdin io.Reader) (got, error) {
	var g got
	err := Read(ctx, path, Options{Stdin: stdin, Problem: func(p Problem) {
		g.problems = append(g.problems, fmt.Sprintf("%s:%d %v", p.File, p.Line, p.Err))
	}}, func(e Entry) error {
		g.entries = append(g.entries, fmt.Sprintf("%s:%d %s", e.File, e.Line, e.Raw))
		return nil
	})
	return g, err
}

// expect compares entries exactly and problems by their place and a part of their text.
func (g got) expect(t *testing.T, name string, entries, problems []string) {
	t.Helper()
	if diff := cmp.Diff(entries, g.entries); diff != "" {
		t.Errorf("%s: entries (-want +got):\n%s", name, diff)
	}
	if len(problems) != len(g.problems) {
		t.Errorf("%s: problems %q, want %q", name, g.problems, problems)
		return
	}
	for i, want := range problems {
		place, text, _ := strings.Cut(want, " ")
		if !strings.HasPrefix(g.problems[i], place+" ") || !strings.Contains(g.problems[i], text) {
			t.Errorf("%s: problem %q, want %q", name, g.problems[i], want)
		}
	}
}

func zipped(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

var shapes = []struct {
	name, text string
	entries    []string
	problems   []string
}{
	{name: "nothing", text: ""},
	{name: "white space", text: " \r\n\t\n"},
	{name: "one record", text: `{"a":1}`, entries: []string{`-:1 {"a":1}`}},
	{name: "indented record", text: "\n\n{\n  \"a\": [\n    1\n  ]\n}\n", entries: []string{"-:3 {\n  \"a\": [\n    1\n  ]\n}"}},
	{name: "byte order mark", text: "\ufeff{\"a\":1}\n", entries: []string{`-:1 {"a":1}`}},
	{name: "JSON lines", text: "{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}", entries: []string{`-:1 {"a":1}`, `-:2 {"a":2}`, `-:4 {"a":3}`}},
	{name: "JSON lines with CR", text: "{\"a\":1}\r\n{\"a\":2}\r\n", entries: []string{`-:1 {"a":1}`, `-:2 {"a":2}`}},
	{name: "values without a line between", text: `{"a":1}{"a":2} {"a":3}`, entries: []string{`-:1 {"a":1}`, `-:1 {"a":2}`, `-:1 {"a":3}`}},
	{name: "log file", text: `{"Records":[{"a":1},{"a":2}]}`, entries: []string{`-:1 {"a":1}`, `-:1 {"a":2}`}},
	{name: "empty log file", text: `{"Records":[]}`},
	{
		name:    "indented log file",
		text:    "{\n  \"Records\": [\n    {\n      \"a\": 1\n    },\n    {\"a\": 2}\n  ]\n}\n",
		entries: []string{"-:3 {\n      \"a\": 1\n    }", `-:6 {"a": 2}`},
	},
	{
		name: "log file with other members", text: `{"v":"x]}","w":{"Records":[{"a":0}]},"Records":[{"a":1}],"x":[{"b":"]}"}],"y":1} {"a":2}`,
		entries: []string{`-:1 {"a":1}`, `-:1 {"a":2}`},
	},
	{name: "two log files", text: "{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}\n", entries: []string{`-:1 {"a":1}`, `-:2 {"a":2}`}},
	{name: "list", text: "[{\"a\":1},\n{\"a\":2}]", entries: []string{`-:1 {"a":1}`, `-:2 {"a":2}`}},
	{name: "list of log files", text: `[{"Records":[{"a":1}]},{"Records":[{"a":2}]},{"a":3}]`, entries: []string{`-:1 {"a":1}`, `-:1 {"a":2}`, `-:1 {"a":3}`}},
	{name: "a record with Records inside", text: `{"Records":[{"Records":[{"a":1}]}]}`, entries: []string{`-:1 {"Records":[{"a":1}]}`}},
	{name: "Records in another case", text: `{"records":[{"a":1}]}`, entries: []string{`-:1 {"records":[{"a":1}]}`}},
	{name: "Records no list", text: `{"Records":null}`, entries: []string{`-:1 {"Records":null}`}},
	{
		name: "broken line", text: "{\"a\":1}\n{\"a\":tru}\n{\"a\":3}\n",
		entries: []string{`-:1 {"a":1}`, `-:3 {"a":3}`}, problems: []string{"-:2 no JSON: invalid character"},
	},
	{
		name: "two broken lines", text: "{\"a\":1\n{\"b\n{\"a\":3}\n",
		entries: []string{`-:3 {"a":3}`}, problems: []string{"-:1 no JSON: invalid character '{'", "-:2 no JSON: invalid character '\\n'"},
	},
	{
		name: "a line that leaves a list open", text: "{\"a\":[\n{\"a\":2}\n{\"a\":3}\n",
		entries: []string{`-:2 {"a":2}`, `-:3 {"a":3}`}, problems: []string{"-:1 no JSON"},
	},
	{
		name: "a line that leaves a list open, before the last", text: "{\"a\":[\n{\"a\":2}\n",
		entries: []string{`-:2 {"a":2}`}, problems: []string{"-:1 the file ends inside a record"},
	},
	{
		name: "text before and between", text: "# records\n# of today\n{\"a\":1}\nnull\n5\n{\"a\":2}\n",
		entries: []string{`-:3 {"a":1}`, `-:6 {"a":2}`}, problems: []string{"-:1 no JSON object", "-:4 no JSON object"},
	},
	{name: "text only", text: "2026-10-14 GET /\n2026-10-14 PUT /\n", problems: []string{"-:1 no JSON object"}},
	{name: "text after a record", text: `{"a":1} x {"a":2}`, entries: []string{`-:1 {"a":1}`}, problems: []string{"-:1 no JSON object"}},
	{
		name: "broken record in a log file", text: `{"Records":[{"a":1},{"a":tru},{"a":"}]"},{"b":01}]}{"a":4}`,
		entries: []string{`-:1 {"a":1}`, `-:1 {"a":"}]"}`, `-:1 {"a":4}`}, problems: []string{"-:1 no JSON", "-:1 no JSON"},
	},
	{
		name: "unbalanced record in a log file by lines", text: "{\"Records\":[\n{\"a\":1},\n{\"a\":[},\n{\"a\":3},\n{\"a\":4}\n]}\n{\"a\":5}\n",
		entries:  []string{`-:2 {"a":1}`, `-:4 {"a":3}`, `-:5 {"a":4}`, `-:7 {"a":5}`},
		problems: []string{"-:3 no JSON"},
	},
	{
		name: "a missing quote does not make records of what stands in texts", text: `{"Records":[{"a":"x},{"b":"},{\"eventName\":\"forged\"},{"},{"c":1}]}`,
		entries: []string{`-:1 {"c":1}`}, problems: []string{"-:1 no JSON", "-:1 no JSON"},
	},
	{
		name: "no objects in a log file", text: `{"Records":["x",5,null,[{"a":0}],{"a":1}]}`,
		entries: []string{`-:1 {"a":1}`}, problems: []string{"-:1 no JSON object", "-:1 no JSON object", "-:1 no JSON object", "-:1 no JSON object"},
	},
	{name: "a broken scalar in a log file", text: `{"Records":[nul]}`, problems: []string{"-:1 no JSON object"}},
	{
		name: "log file cut inside a record", text: "{\"Records\":[{\"a\":1},\n{\"a\":",
		entries: []string{`-:1 {"a":1}`}, problems: []string{"-:2 the file ends inside a record"},
	},
	{
		name: "log file cut between records", text: "{\"Records\":[{\"a\":1},\n",
		entries: []string{`-:1 {"a":1}`}, problems: []string{"-:2 the file ends inside a list"},
	},
	{
		name: "log file cut behind its records", text: "{\"Records\":[{\"a\":1}],\n\"x\":{}",
		entries: []string{`-:1 {"a":1}`}, problems: []string{"-:2 the file ends behind its records"},
	},
	{
		name: "too deep", text: `{"a":` + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "}\n{\"a\":2}",
		entries: []string{`-:2 {"a":2}`}, problems: []string{"-:1 nested deeper than 1000"},
	},
}

func TestReadShapes(t *testing.T) {
	for _, tt := range shapes {
		for kind, content := range map[string][]byte{"plain": []byte(tt.text), "gzipped": zipped(t, tt.text)} {
			for pace, src := range map[string]io.Reader{
				"at once":           bytes.NewReader(content),
				"byte by byte":      iotest.OneByteReader(bytes.NewReader(content)),
				"with a late error": iotest.DataErrReader(bytes.NewReader(content)),
			} {
				g, err := read(t.Context(), "-", src)
				if err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				g.expect(t, tt.name+", "+kind+", "+pace, tt.entries, tt.problems)
			}
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.json")
	write(t, plain, []byte(`{"a":1}`))
	write(t, packed, zipped(t, `{"Records":[{"a":2}]}`))
	for path, want := range map[string]string{plain: `{"a":1}`, packed: `{"a":2}`} {
		g, err := read(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		g.expect(t, path, []string{path + ":1 " + want}, nil)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	record := func(name string) []byte { return []byte(`{"n":"` + name + `"}`) }
	for _, name := range []string{"b/2.json", "b/1.jsonl", "b/c/3.ndjson", "a", "z.JSON"} {
		write(t, filepath.Join(dir, name), record(name))
	}
	for _, name := range []string{"b/4.json.gz", "b/5.jsonl.gz", "b/6.gz", "packed"} {
		write(t, filepath.Join(dir, name), zipped(t, string(record(name))))
	}
	for _, name := range []string{
		".hidden.json", ".git/config.json", "notes.txt", "report.html",
		"AWSLogs/111122223333/CloudTrail-Digest/us-east-1/111122223333_CloudTrail-Digest_us-east-1.json.gz",
		"AWSLogs/111122223333/CloudTrail-Insight/us-east-1/x.json.gz", "111122223333_CloudTrail-Digest_us-east-1.json",
	} {
		write(t, filepath.Join(dir, name), record(name))
	}
	write(t, filepath.Join(dir, "README"), []byte("text\n"))
	write(t, filepath.Join(dir, "flow.log.gz"), zipped(t, "2 111122223333 eni-1 192.0.2.1\n"))
	write(t, filepath.Join(dir, "broken.json"), []byte("text\n"))
	if err := os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "nowhere.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	g, err := read(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range g.problems {
		g.problems[i] = strings.TrimPrefix(p, dir+"/")
	}
	for i, e := range g.entries {
		g.entries[i] = strings.TrimPrefix(e, dir+"/")
	}
	want := []string{}
	for _, name := range []string{"a", "b/1.jsonl", "b/2.json", "b/4.json.gz", "b/5.jsonl.gz", "b/6.gz", "b/c/3.ndjson"} {
		want = append(want, fmt.Sprintf(`%s:1 {"n":"%s"}`, name, name))
	}
	want = append(want, `link.json:1 {"n":"a"}`, `packed:1 {"n":"packed"}`, `z.JSON:1 {"n":"z.JSON"}`)
	g.expect(t, "folder", want, []string{
		"broken.json:1 no JSON object", "loop:0 a link to a folder is not followed", "nowhere.json:0 no such file",
	})
}

func TestReadReportsWhatItCannotOpen(t *testing.T) {
	dir := t.TempDir()
	digest := filepath.Join(dir, "111122223333_CloudTrail-Digest_us-east-1.json.gz")
	write(t, digest, zipped(t, "{}"))
	gone := filepath.Join(dir, "gone.json")
	for path, want := range map[string]string{gone: "no such file", digest: "digest", "-": "no standard input"} {
		g, err := read(t.Context(), path, nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		g.expect(t, path, nil, []string{path + ":0 " + want})
	}
	if err := Read(t.Context(), gone, Options{}, func(Entry) error { return nil }); err != nil {
		t.Errorf("without a listener for problems: %v", err)
	}
}

// TestReadCutText holds that a text that was cut off is not taken for a damaged compression, whether it lay in one or not.
func TestReadCutText(t *testing.T) {
	cut := `{"Records":[{"a":1},{"a"`
	for name, content := range map[string][]byte{"plain": []byte(cut), "compressed whole": zipped(t, cut)} {
		g, err := read(t.Context(), "-", bytes.NewReader(content))
		if err != nil {
			t.Error(err)
		}
		g.expect(t, name, []string{`-:1 {"a":1}`}, []string{"-:1 the file ends inside a record"})
		if strings.Contains(strings.Join(g.problems, "\n"), "compressed") {
			t.Errorf("%s: problems %q speak of compression", name, g.problems)
		}
	}
}

func TestReadDamagedGzip(t *testing.T) {
	var text strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&text, "{\"n\":%d,\"x\":\"%x\"}\n", i, i*i*7919)
	}
	whole := zipped(t, text.String())
	for name, tt := range map[string]struct {
		content []byte
		all     bool
		problem string
	}{
		"cut off":       {whole[:len(whole)*2/3], false, "compressed data are cut off"},
		"without sum":   {whole[:len(whole)-8], true, "compressed data are cut off"},
		"wrong sum":     {append(bytes.Clone(whole[:len(whole)-8]), "\x00\x00\x00\x00\x00\x00\x00\x00"...), true, "damaged"},
		"text after it": {append(bytes.Clone(whole), "trailing text"...), true, "damaged"},
	} {
		g, err := read(t.Context(), "-", bytes.NewReader(tt.content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		if len(g.entries) < 5000 || (len(g.entries) == len(lines)) != tt.all {
			t.Errorf("%s: %d of %d records were read, want all %t", name, len(g.entries), len(lines), tt.all)
		}
		for i, e := range g.entries {
			if want := fmt.Sprintf("-:%d %s", i+1, lines[i]); e != want {
				t.Fatalf("%s: entry %q, want %q", name, e, want)
			}
		}
		if len(g.problems) != 1 || !strings.Contains(g.problems[0], tt.problem) {
			t.Errorf("%s: problems %q, want one with %q", name, g.problems, tt.problem)
		}
	}
	g, err := read(t.Context(), "-", strings.NewReader("\x1f\x8bx"))
	if err != nil {
		t.Error(err)
	}
	g.expect(t, "a broken header", nil, []string{"-:0 compressed data are cut off"})
	two := append(zipped(t, "{\"a\":1}\n"), zipped(t, `{"a":2}`)...)
	if g, err = read(t.Context(), "-", bytes.NewReader(two)); err != nil {
		t.Error(err)
	}
	g.expect(t, "two members", []string{`-:1 {"a":1}`, `-:2 {"a":2}`}, nil)
}

func TestReadFailingSource(t *testing.T) {
	broken := errors.New("the disk is on fire")
	src := io.MultiReader(strings.NewReader("{\"a\":1}\n{\"a\":2}\n{\"a\""), iotest.ErrReader(broken))
	g, err := read(t.Context(), "-", src)
	if err != nil {
		t.Error(err)
	}
	g.expect(t, "inside a record", []string{`-:1 {"a":1}`, `-:2 {"a":2}`}, []string{"-:3 the disk is on fire"})
	src = io.MultiReader(strings.NewReader("{\"a\":1}\n"), iotest.ErrReader(broken))
	if g, err = read(t.Context(), "-", src); err != nil {
		t.Error(err)
	}
	g.expect(t, "between records", []string{`-:1 {"a":1}`}, []string{"-:2 the disk is on fire"})
}

func TestReadLargeRecords(t *testing.T) {
	large := `{"x":"` + strings.Repeat("}x", MaxRecord) + `"}`
	fits := `{"x":"` + strings.Repeat("x", MaxRecord-100) + `"}`
	for name, tt := range map[string]struct {
		text  string
		lines []int
		bad   int
	}{
		"lines":    {"{\"a\":1}\n" + large + "\n{\"a\":3}\n" + fits, []int{1, 3, 4}, 2},
		"log file": {"{\"Records\":[{\"a\":1},\n" + large + ",\n{\"a\":3},\n" + fits + "]}", []int{1, 3, 4}, 2},
		"list":     {"[{\"a\":1},\n" + large + ",\n{\"a\":3},\n" + fits + "]", []int{1, 3, 4}, 2},
	} {
		var lines []int
		var problems []Problem
		err := Read(t.Context(), "-", Options{Stdin: strings.NewReader(tt.text), Problem: func(p Problem) { problems = append(problems, p) }},
			func(e Entry) error {
				lines = append(lines, e.Line)
				return nil
			})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.lines, lines); diff != "" {
			t.Errorf("%s: lines read (-want +got):\n%s", name, diff)
		}
		if len(problems) != 1 || problems[0].Line != tt.bad || !errors.Is(problems[0].Err, errTooLarge) {
			t.Errorf("%s: problems %v, want one on line %d", name, problems, tt.bad)
		}
	}
}

// repeated is a log file of n records that is never in memory as a whole.
type repeated struct {
	n    int
	rest string
	done bool
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		switch {
		case r.n > 0:
			r.n--
			r.rest = `{"pad":"` + strings.Repeat("x", 1<<16) + `"},`
		case r.done:
			return 0, io.EOF
		default:
			r.rest, r.done = `{"last":1}]}`, true
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestReadHoldsLittle(t *testing.T) {
	const records = 2000 // of 64 KB
	var before, after runtime.MemStats
	peak, n := uint64(0), 0
	runtime.ReadMemStats(&before)
	err := Read(t.Context(), "-", Options{Stdin: &repeated{n: records, rest: `{"Records":[`}}, func(Entry) error {
		if n++; n%200 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapAlloc)
		}
		return nil
	})
	if err != nil || n != records+1 {
		t.Fatalf("%d records, %v; want %d", n, err, records+1)
	}
	if held := int64(peak) - int64(before.HeapAlloc); held > 8<<20 {
		t.Errorf("%d bytes are held while %d are read", held, records<<16)
	}
}

func TestReadStops(t *testing.T) {
	stop := errors.New("enough")
	n := 0
	err := Read(t.Context(), "-", Options{Stdin: strings.NewReader(`{"Records":[{"a":1},{"a":2},{"a":3}]}`)}, func(Entry) error {
		if n++; n == 2 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 2 {
		t.Errorf("visit's error: %v after %d entries", err, n)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), []byte("{\"a\":1}\n{\"a\":2}\n"))
	write(t, filepath.Join(dir, "b.json"), []byte("{\"a\":3}\n"))
	for name, path := range map[string]string{"folder": dir, "file": filepath.Join(dir, "a.json")} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := Read(ctx, path, Options{Problem: func(p Problem) { t.Errorf("%s: problem %v", name, p) }}, func(Entry) error {
			n++
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || n != 1 {
			t.Errorf("%s: %v after %d entries, want the end after one", name, err, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tt := range shapes {
		f.Add([]byte(tt.text), false)
		f.Add([]byte(tt.text), true)
	}
	f.Fuzz(func(t *testing.T, content []byte, pack bool) {
		text := content
		if pack {
			content = zipped(t, string(content))
		} else if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
			return
		}
		lines := bytes.Count(text, []byte("\n")) + 1
		visit := func(e Entry) error {
			if !json.Valid(e.Raw) || e.Raw[0] != '{' || !bytes.Contains(text, e.Raw) {
				t.Errorf("entry %q is no object of the file", e.Raw)
			}
			if e.Line < 1 || e.Line > lines {
				t.Errorf("line %d of %d", e.Line, lines)
			}
			return nil
		}
		if err := Read(t.Context(), "-", Options{Stdin: bytes.NewReader(content)}, visit); err != nil {
			t.Error(err)
		}
		g, err := read(t.Context(), "-", bytes.NewReader(content))
		if err != nil {
			t.Error(err)
		}
		slow, err := read(t.Context(), "-", iotest.OneByteReader(bytes.NewReader(content)))
		if err != nil {
			t.Error(err)
		}
		if strings.Join(g.entries, "\x00") != strings.Join(slow.entries, "\x00") || len(g.problems) != len(slow.problems) {
			t.Errorf("the pace of reading matters: %q, %q; %q, %q", g.entries, g.problems, slow.entries, slow.problems)
		}
		if n, ok := sound(text); ok && (len(g.entries) != n || len(g.problems) > 0) {
			t.Errorf("%d entries, problems %q; want %d and none", len(g.entries), g.problems, n)
		}
	})
}

// sound counts the objects of a text that holds nothing else, where encoding/json takes them and none is a log file.
func sound(text []byte) (n int, ok bool) {
	for dec := json.NewDecoder(bytes.NewReader(text)); ; n++ {
		var object map[string]json.RawMessage
		if err := dec.Decode(&object); errors.Is(err, io.EOF) {
			return n, true
		} else if err != nil || object == nil || object["Records"] != nil || bytes.Count(text, []byte("[")) > 900 || bytes.Count(text, []byte("{")) > 900 {
			return 0, false
		}
	}
}
