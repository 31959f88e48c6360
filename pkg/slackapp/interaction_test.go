package slackapp

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"riposte/pkg/answer"
)

const click = `{"type":"block_actions","user":{"id":"U0ANN"},"trigger_id":"1.2.3","response_url":"https://hooks.slack.com/actions/x",` +
	`"container":{"channel_id":"C0EXAMPLE1","message_ts":"1.2"},"actions":[{"type":"button","action_id":"riposte:approve","value":"{}"}]}`

func form(payload string) string { return url.Values{"payload": {payload}}.Encode() }

func TestParse(t *testing.T) {
	i, err := Parse([]byte(form(click)))
	if err != nil || i.Kind != Clicked || i.User != "U0ANN" || i.Verb != answer.Approve || i.Value != "{}" || i.Channel != "C0EXAMPLE1" || i.ReplyTo == "" {
		t.Fatalf("Parse = %+v, %v", i, err)
	}
	for _, tc := range []struct {
		name, body string
		ours       bool // it is a mistake, rather than none of our business
	}{
		{"empty", "", true},
		{"no payload", "x=1", true},
		{"two payloads", form(click) + "&" + form(click), true},
		{"many fields", strings.Repeat("a=b&", 10) + form(click), true},
		{"no JSON", form("nope"), true},
		{"no user", form(strings.Replace(click, "U0ANN", "", 1)), true},
		{"an odd user", form(strings.Replace(click, "U0ANN", "U0ANN<!channel>", 1)), true},
		{"two actions", form(strings.Replace(click, `"actions":[`, `"actions":[{},`, 1)), true},
		{"no actions", form(`{"type":"block_actions","user":{"id":"U0ANN"}}`), true},
		{"a value without end", form(strings.Replace(click, `"value":"{}"`, `"value":"`+strings.Repeat("x", 3000)+`"`, 1)), true},
		{"too large", strings.Repeat("x", MaxBody+1), true},
		{"a link", form(strings.Replace(click, "riposte:approve", "open-console", 1)), false},
		{"a shortcut", form(strings.Replace(click, "block_actions", "shortcut", 1)), false},
		{"another view", form(`{"type":"view_submission","user":{"id":"U0ANN"},"view":{"callback_id":"other"}}`), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := Parse([]byte(tc.body)); err == nil || errors.Is(err, ErrNotOurs) == tc.ours {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{click, `{"type":"view_submission","user":{"id":"W0BOB"},"view":{"callback_id":"riposte:except","state":{"values":{"reason":{"text":{"value":"x"}}}}}}`, "{", "null", `[]`} {
		f.Add(form(s))
	}
	f.Add("payload=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		i, err := Parse([]byte(body))
		if err != nil {
			return
		}
		if !userID.MatchString(i.User) || i.Kind != Clicked && i.Kind != Submitted || i.Verb == "" && i.Kind == Submitted {
			t.Errorf("Parse(%q) = %+v", body, i)
		}
		if _, err := answer.ParseOffer(i.Value); err == nil && len(i.Value) > 2000 {
			t.Errorf("an offer of %d bytes", len(i.Value))
		}
	})
}
