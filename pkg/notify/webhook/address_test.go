package webhook

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const slack = "https://hooks.slack.com/services/T0EXAMPLE/B0EXAMPLE/notarealtoken"
	for _, tc := range []struct{ name, text, want, err string }{
		{"plain", slack, slack, ""},
		{"with white space", "\n " + slack + " \n", slack, ""},
		{"JSON", `{"url": "` + slack + `"}`, slack, ""},
		{"JSON, other name", ` {"webhook_url": " ` + slack + `", "channel": 7} `, slack, ""},
		{"JSON, both names", `{"url": "` + slack + `", "webhook_url": "https://other.example.com/"}`, slack, ""},
		{"upper case scheme", "HTTPS://hooks.slack.com/x", "https://hooks.slack.com/x", ""},
		{"with port", "https://chat.example.com:8443/hooks/x", "https://chat.example.com:8443/hooks/x", ""},
		{"loopback", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", ""},
		{"loopback, IPv6", "http://[::1]:8080/x", "http://[::1]:8080/x", ""},
		{"localhost", "http://localhost/x", "http://localhost/x", ""},
		{"empty", " ", "", "empty"},
		{"empty JSON", "{}", "", `neither "url" nor "webhook_url"`},
		{"broken JSON", `{"url": "` + slack, "", "neither a URL nor JSON"},
		{"JSON of another type", `{"url": ["` + slack + `"]}`, "", "neither a URL nor JSON"},
		{"plain HTTP", "http://hooks.slack.com/services/x", "", "https://"},
		{"HTTP on a host that looks local", "http://127.0.0.1.example.com/x", "", "https://"},
		{"HTTP on localhost's namesake", "http://localhost.example.com/x", "", "https://"},
		{"another scheme", "file:///etc/passwd", "", "https://"},
		{"no scheme", "hooks.slack.com/services/x", "", "https://"},
		{"no host", "https:///services/x", "", "no host name"},
		{"one label", "https://intranet/services/x", "", "no host name"},
		{"address", "https://169.254.169.254/latest", "", "no host name"},
		{"with user", "https://user:pass@hooks.slack.com/x", "", "user name"},
		{"two lines", slack + "\nhttps://x.example.com/", "", "not a URL"},
		{"odd host", "https://hooks_slack.com/x", "", "no host name"},
		{"too long", "https://hooks.slack.com/" + strings.Repeat("x", 3000), "", "too long"},
		{"not a URL", "https://hooks.slack.com/%zz", "", "not a URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u, err := parse(tc.text)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "slack.com") {
					t.Errorf("error %v: want one with %q and without the text", err, tc.err)
				}
				return
			}
			if err != nil || u.String() != tc.want {
				t.Errorf("parse = %v, %v; want %s", u, err, tc.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"https://hooks.slack.com/services/x", `{"url":"https://hooks.slack.com/x"}`, "http://127.0.0.1:1", "{", "https://[::1", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parse(text)
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Errorf("the error quotes the secret: %v", err)
			}
			return
		}
		if u.Scheme != "https" && !local(u.Hostname()) || u.User != nil || u.Hostname() == "" {
			t.Errorf("parse(%q) = %s", text, u)
		}
	})
}
