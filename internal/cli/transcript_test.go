package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/bolt"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// clock is the time of every transcript.
func clock() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// awake does not wait.
func awake(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// TestTranscripts runs the commands of testdata/*.txtar in one process and holds what they write. In the comment of an
// archive, "# " begins a remark and "$ " a command, which may begin with variables and end with "< FILE"; what follows
// is what it wrote: "> " on standard output, "! " on standard error, and its exit status where that is not 0. The files
// of the archive lie in the working folder, beside a copy of events/. One that is named *.gz is compressed first, and
// one that is named *.db holds incidents, or *.beats.db heartbeats, of which a ledger is made.
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d transcripts: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			path, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			enter(t, archive.Files)
			fakeAWS(t)
			got := replay(t, string(archive.Comment))
			if *update {
				archive.Comment = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Comment), got); diff != "" {
				t.Errorf("run with -update where this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

// enter makes a working folder with the files.
func enter(t *testing.T, files []txtar.File) {
	t.Helper()
	samples, err := filepath.Abs("../../events")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(samples, "events"); err != nil { // there are too many to copy for every test
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o700); err != nil {
			t.Fatal(err)
		}
		data := f.Data
		if strings.HasSuffix(f.Name, ".beats.db") {
			seedBeats(t, f.Name, data)
			continue
		}
		switch filepath.Ext(f.Name) {
		case ".db":
			seed(t, f.Name, data)
			continue
		case ".gz":
			data = zipped(t, data)
		}
		if err := os.WriteFile(f.Name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// seedBeats makes a ledger that holds heartbeats, given as JSON.
func seedBeats(t *testing.T, name string, beats []byte) {
	t.Helper()
	store, err := bolt.Open(name, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for dec := json.NewDecoder(bytes.NewReader(beats)); dec.More(); {
		var b ledger.Beat
		if err := dec.Decode(&b); err != nil {
			t.Fatal(err)
		}
		if err := store.Beat(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

// seed makes a ledger that holds incidents, given as JSON.
func seed(t *testing.T, name string, incidents []byte) {
	t.Helper()
	store, err := bolt.Open(name, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for dec := json.NewDecoder(bytes.NewReader(incidents)); dec.More(); {
		var in ledger.Incident
		if err := dec.Decode(&in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, _, err := store.Open(t.Context(), in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// replay runs the commands of a transcript and returns it with what they write now.
func replay(t *testing.T, transcript string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		case strings.HasPrefix(line, "$ "):
			fmt.Fprintln(&out, line)
			c := parse(t, strings.TrimPrefix(line, "$ "))
			stdout, stderr, status := c.run(t)
			quote(&out, ">", stdout)
			quote(&out, "!", stderr)
			if status != 0 {
				fmt.Fprintf(&out, "exit %d\n", status)
			}
		}
	}
	return out.String()
}

// quote writes each line after a mark, and says where the last one has no end.
func quote(out *strings.Builder, mark, text string) {
	for line := range strings.Lines(text) {
		whole := strings.TrimSuffix(line, "\n")
		fmt.Fprintln(out, strings.TrimRight(mark+" "+whole, " "))
		if whole == line {
			fmt.Fprintln(out, mark+"(no end of line)")
		}
	}
}

// A command is one line of a transcript.
type command struct {
	env   map[string]string
	args  []string
	stdin string
}

// parse takes a line apart at its spaces, except within single quotes.
func parse(t *testing.T, line string) command {
	t.Helper()
	c := command{env: map[string]string{"HOME": "home", "USER": "ann"}}
	line, stdin, redirected := strings.Cut(line, " < ")
	if redirected {
		text, err := os.ReadFile(stdin)
		if err != nil {
			t.Fatal(err)
		}
		c.stdin = string(text)
	}
	var words []string
	for n, part := range strings.Split(line, "'") {
		if n%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	for n, word := range words {
		if word == "riposte" {
			c.args = words[n+1:]
			return c
		}
		name, value, _ := strings.Cut(word, "=")
		c.env[name] = value
	}
	t.Fatalf("%q runs no riposte", line)
	return c
}

// run runs the command and returns what it wrote, with the working folder as $WORK.
func (c command) run(t *testing.T) (stdout, stderr string, status int) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	status = Run(t.Context(), Process{
		Args: c.args, Stdin: strings.NewReader(c.stdin), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return c.env[name] }, Now: clock, Sleep: awake,
	})
	plain := strings.NewReplacer(dir, "$WORK")
	return plain.Replace(out.String()), plain.Replace(errs.String()), status
}
