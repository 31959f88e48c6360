package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

func TestRenderKeepsLimits(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) { checkPayload(t, Render(c.Message)) })
	}
}

// TestRenderNamesEverything holds that a flood in some fields does not push out of the message what people need.
func TestRenderNamesEverything(t *testing.T) {
	in := notifytest.Remediated(notifytest.Poisoned(notifytest.KeyForOtherUser(), strings.Repeat("&", 9000)))
	in.ID, in.Account, in.Region = "inc-0123456789abcdef", "111122223333", "us-east-1"
	got := Text(notify.Message{DetailType: notify.IncidentRemediated, Incident: in})
	for _, want := range []string{
		"HIGH", "Reversed and verified.", "account 111122223333, region us-east-1", "2026-11-20 14:03:22 UTC",
		"riposte undo inc-0123456789abcdef", "verified: read back",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q:\n%s", want, got)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, c := range notifytest.Hostile() {
		f.Add(c.Message.Incident.Title, c.Message.DetailType, uint8(4), `{"a":1}`)
	}
	for _, c := range notifytest.Cases() {
		f.Add("bob", c.Message.DetailType, uint8(c.Message.Incident.Severity), string(c.Message.Incident.Finding.Rule))
	}
	f.Add("", "", uint8(0), "")
	f.Add("`", "Incident Remediated", uint8(200), `["x", {"protocol":"tcp","from_port":-1,"to_port":1,"cidr_ipv4":"<!here>"}]`)
	f.Fuzz(func(t *testing.T, text, detailType string, sev uint8, state string) {
		in := notifytest.Poisoned(notifytest.KeyForOtherUser(), text)
		in.Severity = detect.Severity(sev)
		for n := range in.Changes {
			in.Changes[n].Before, in.Changes[n].After = json.RawMessage(state), json.RawMessage(text)
			in.Changes[n].State = ledger.ChangeState(text)
		}
		for _, m := range []notify.Message{
			{DetailType: detailType, Incident: in},
			{DetailType: detailType, Incident: notifytest.Remediated(in)},
			{DetailType: detailType, Incident: ledger.Incident{Severity: in.Severity, Mode: text, State: ledger.State(state)}},
		} {
			checkPayload(t, Render(m))
			if got := Text(m); strings.Count(got, "\n") > 120 {
				t.Errorf("%d lines", strings.Count(got, "\n"))
			}
		}
	})
}

// ownLink is the only markup in angle brackets that a message may have: a link into an AWS console.
var ownLink = regexp.MustCompile(`^<https://console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/[A-Za-z0-9%?=:#/._~-]+\|[a-zA-Z' ]+>$`)

// checkPayload fails the test where a payload is over a limit of Block Kit or carries markup that is not our own.
func checkPayload(t *testing.T, p Payload) {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil || !json.Valid(raw) {
		t.Fatalf("payload is not JSON: %v", err)
	}
	if len(p.Blocks) == 0 || len(p.Blocks) > 50 {
		t.Errorf("%d blocks", len(p.Blocks))
	}
	if p.Text == "" || width(p.Text) > maxStanding || strings.ContainsAny(p.Text, "<>\n") {
		t.Errorf("text %q", p.Text)
	}
	total := 0
	for n, b := range p.Blocks {
		if (b.Type == header) != (n == 0) {
			t.Errorf("block %d is a %s", n, b.Type)
		}
		texts := b.Elements
		if b.Text != nil {
			texts = append(texts, *b.Text)
		}
		if len(b.Elements) > 10 || b.Type == divider && len(texts) > 0 || b.Type != divider && len(texts) == 0 {
			t.Errorf("block %d (%s) has %d texts", n, b.Type, len(texts))
		}
		for _, text := range texts {
			most := 3000
			if b.Type == header {
				most = 150
			}
			if w := width(text.Text); w == 0 || w > most {
				t.Errorf("block %d (%s) has %d characters", n, b.Type, w)
			}
			total += width(text.Text)
			checkText(t, text)
		}
	}
	if total > 11_500 {
		t.Errorf("%d characters in all", total)
	}
}

var (
	entity = regexp.MustCompile(`&(amp|lt|gt);`)
	bold   = regexp.MustCompile(`\*[A-Za-z' .,]+\*`)
)

func checkText(t *testing.T, text TextObject) {
	t.Helper()
	for _, r := range text.Text {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			t.Errorf("control character %U in %q", r, text.Text)
		}
	}
	if rest := entity.ReplaceAllString(text.Text, ""); strings.Contains(rest, "&") {
		t.Errorf("unescaped & in %q", text.Text)
	}
	if text.Type == plainText {
		if strings.ContainsAny(text.Text, "<>\n") || text.Emoji == nil || *text.Emoji {
			t.Errorf("plain text with markup, lines or emoji: %q", text.Text)
		}
		return
	}
	if !text.Verbatim {
		t.Errorf("Slack would make links in %q", text.Text)
	}
	if strings.HasPrefix(text.Text, "<") {
		if !ownLink.MatchString(text.Text) {
			t.Errorf("link %q", text.Text)
		}
		return
	}
	pieces := strings.Split(text.Text, "`")
	if len(pieces)%2 == 0 {
		t.Errorf("a code span is not closed in %q", text.Text)
	}
	for n, piece := range pieces {
		if strings.ContainsAny(piece, "<>") {
			t.Errorf("unescaped markup in %q", text.Text)
		}
		if n%2 == 1 && (piece == "" || strings.TrimSpace(piece) != piece || strings.Contains(piece, "\n")) {
			t.Errorf("code span %q would not be one", piece)
		}
		if n%2 == 0 && strings.ContainsAny(bold.ReplaceAllString(piece, ""), "*_~") {
			t.Errorf("format characters outside of code in %q", text.Text)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		in   string
		most int
		want string
	}{
		{"bob", 3, "bob"},
		{"bobby", 3, "bo…"},
		{"", 3, ""},
		{"bob", 0, ""},
		{"<b>", 9, "&lt;b&gt;"},
		{"<b>", 8, "&lt;b…"},
		{"<b>", 4, "…"},
		{"a&", 6, "a&amp;"},
		{"a&", 5, "a…"},
		{"🔑🔑", 4, "🔑🔑"},
		{"🔑🔑", 3, "🔑…"},
	} {
		if got := fit(tc.in, tc.most); got != tc.want {
			t.Errorf("fit(%q, %d) = %q, want %q", tc.in, tc.most, got, tc.want)
		}
	}
}
