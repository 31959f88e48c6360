package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"riposte/events"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func renderCatalogue(t *testing.T) map[string]string {
	t.Helper()
	roles, err := readRoles("../../infra/testdata/roles.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := render(catalog.Rules(), actions.All(), events.Files(), roles)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestEveryRuleAndActionHasAPage(t *testing.T) {
	pages := renderCatalogue(t)
	for _, r := range catalog.Rules() {
		p := pages["rules/"+r.ID+".md"]
		for _, want := range []string{"# " + r.ID + ": " + r.Title, r.Class, strings.TrimSpace(r.Doc), r.Refs[0].URL, "../../events/"} {
			if !strings.Contains(p, want) {
				t.Errorf("the page of %s lacks %q", r.ID, want)
			}
		}
		if !strings.Contains(pages["rules/README.md"], "("+r.ID+".md)") {
			t.Errorf("the table of rules lacks %s", r.ID)
		}
	}
	for _, a := range actions.All() {
		p := pages["actions/"+a.ID+".md"]
		if !strings.Contains(p, "# "+a.Title) || !strings.Contains(p, strings.TrimSpace(a.Doc)) {
			t.Errorf("the page of %s lacks its title or text", a.ID)
		}
		for _, g := range a.Grants {
			for _, permission := range g.Actions {
				for _, page := range []string{"actions/" + a.ID + ".md", "permissions.md"} {
					if !strings.Contains(pages[page], "`"+permission+"`") {
						t.Errorf("%s lacks %s", page, permission)
					}
				}
			}
		}
		if !strings.Contains(pages["actions/README.md"], "("+a.ID+".md)") {
			t.Errorf("the table of actions lacks %s", a.ID)
		}
	}
	if want := len(catalog.Rules()) + len(actions.All()) + 5; len(pages) != want {
		t.Errorf("%d pages, want %d", len(pages), want)
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	first := renderCatalogue(t)
	for range 3 {
		if diff := cmp.Diff(first, renderCatalogue(t)); diff != "" {
			t.Fatalf("pages differ:\n%s", diff)
		}
	}
}

// TestSamples holds that firing and quiet events stand apart, and that hostile text in a finding stays text.
func TestSamples(t *testing.T) {
	rule := &detect.Rule{
		ID: "A-001", Title: "Thing | done", Severity: detect.High,
		Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}},
		Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
			if e.UserAgent == "quiet" {
				return nil, nil
			}
			return []detect.Finding{{Summary: "made | <b>by</b> [x](http://example.com)"}}, nil
		},
	}
	event := func(agent string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","userAgent":"` + agent + `"}`)}
	}
	pages, err := render([]*detect.Rule{rule}, nil, fstest.MapFS{
		"iam/CreateUser.a.json": event("loud"), "iam/CreateUser.b.json": event("quiet"), "iam/notes.txt": event("loud"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := pages["rules/A-001.md"]
	fires := "| [iam/CreateUser.a](../../events/iam/CreateUser.a.json) | HIGH | made \\| \\<b\\>by\\</b\\> \\[x\\](http:\\//example.com) |\n"
	quiet := "It stays quiet on:\n\n- [iam/CreateUser.b](../../events/iam/CreateUser.b.json)\n"
	for _, want := range []string{fires, quiet, "# A-001: Thing \\| done", "none: a person has to act", "[iam](../patterns/iam.json)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestFactsOfARule(t *testing.T) {
	for rule, want := range map[*detect.Rule][2]string{
		{Severity: detect.High}:               {"yes", "not looked at"},
		{Severity: detect.Info, Denied: true}: {"yes; findings of severity INFO", "those that were denied"},
		{OptIn: true, Attempts: true}:         {"when the configuration gives it a mode", "looked at;"},
	} {
		if got := inUse(rule); !strings.HasPrefix(got, want[0]) {
			t.Errorf("in use %q, want %q", got, want[0])
		}
		if got := failedCalls(rule); !strings.HasPrefix(got, want[1]) {
			t.Errorf("failed calls %q, want %q", got, want[1])
		}
	}
	rows := eventRows(detect.Pattern{
		{Errors: []string{"AccessDenied"}, Reads: true}, {Agents: []string{"trufflehog"}, Writes: true}, {Every: true},
	})
	for i, want := range []string{
		"read-only ones, where these are routed, failed with `AccessDenied`",
		"those that are not read-only, by agents that contain `trufflehog`", "all",
	} {
		if got := rows[i][3]; got != want {
			t.Errorf("calls %q, want %q", got, want)
		}
	}
}

func TestListedBoundsWhatAPageLists(t *testing.T) {
	path := func(s string) string { return s }
	var all []string
	for i := range 30 {
		for j := range 4 {
			all = append(all, fmt.Sprintf("s%02d/E.%d", i, j))
		}
	}
	some, more := listed(all, path)
	if len(some) != fewListed || more != len(all)-fewListed || some[0] != "s00/E.0" || some[1] != "s01/E.0" {
		t.Errorf("%v and %d more", some, more)
	}
	if some, more = listed(all[:maxListed], path); len(some) != maxListed || more != 0 {
		t.Errorf("%d and %d more", len(some), more)
	}
	if some, more = listed(all[:0], path); len(some) != 0 || more != 0 {
		t.Errorf("%d and %d more", len(some), more)
	}
}

func TestRenderRefusesUnreadableEvents(t *testing.T) {
	if _, err := render(nil, nil, fstest.MapFS{"a/b.json": {Data: []byte("{}")}}, nil); err == nil || !strings.Contains(err.Error(), "a/b.json") {
		t.Errorf("error %v, want one that names the event", err)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, sg-0a1b (22).": "plain text, sg-0a1b (22).",
		"*a* _b_ `c` [d](e)":        "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)",
		"<!channel> | \\":           "\\<\\!channel\\> \\| \\\\",
		"a\nb\tc\x1b[2J\u202e":      "a b c\ufffd\\[2J\ufffd",
		"https://x www.x a@b":       `https:\//x www\.x a\@b`,
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWriteRemovesStalePages(t *testing.T) {
	out := t.TempDir()
	for _, pages := range []map[string]string{
		{"rules/OLD-001.md": "old", "actions/old.md": "old", "permissions.md": "old"},
		{"rules/NEW-001.md": "new", "actions/new.md": "new", "permissions.md": "new"},
	} {
		if err := write(out, pages); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(out, "rules", "keep.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := fs.WalkDir(os.DirFS(out), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"actions/new.md", "permissions.md", "rules/NEW-001.md", "rules/keep.txt"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
}
