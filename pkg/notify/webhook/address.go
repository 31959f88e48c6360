package webhook

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// maxAddress bounds a webhook's URL. Slack's have about 80 characters.
const maxAddress = 2048

// hostName is a DNS name of at least two labels.
var hostName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]\.?$`)

// parse reads the URL out of a secret's text. Its errors say what is wrong and never quote the text: it is the secret.
func parse(text string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var fields struct {
			URL        string `json:"url"`
			WebhookURL string `json:"webhook_url"`
		}
		if json.Unmarshal([]byte(text), &fields) != nil {
			return nil, errors.New(`it is neither a URL nor JSON such as {"url": "https://…"}`)
		}
		text = strings.TrimSpace(fields.URL)
		if text == "" {
			text = strings.TrimSpace(fields.WebhookURL)
		}
		if text == "" {
			return nil, errors.New(`its JSON has neither "url" nor "webhook_url"`)
		}
	}
	switch {
	case text == "":
		return nil, errors.New("it is empty")
	case len(text) > maxAddress:
		return nil, errors.New("its URL is too long")
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("it is not a URL")
	}
	return u, check(u)
}

// check refuses addresses that no webhook has. Plain HTTP is for tests on this machine.
func check(u *url.URL) error {
	host := u.Hostname()
	own := local(host)
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !own):
		return errors.New("its URL does not begin with https://")
	case u.User != nil:
		return errors.New("its URL carries a user name")
	case !own && !hostName.MatchString(host):
		return errors.New("its URL has no host name")
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
