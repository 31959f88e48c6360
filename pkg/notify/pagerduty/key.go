package pagerduty

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"riposte/pkg/notify/secret"
)

// endpoint takes events where the secret names no other, such as that of PagerDuty's service region in Europe.
const endpoint = "https://events.pagerduty.com/v2/enqueue"

// routingKey is the form of an integration's key.
var routingKey = regexp.MustCompile(`^[A-Za-z0-9]{32}$`)

// A Key is the integration key of a PagerDuty service: whoever knows it can page people. It is read from Secrets Manager at
// run time and is in no error, log or text; however a Key is printed, it shows the name of the secret. It is safe for
// concurrent use.
type Key struct{ *secret.Secret[credential] }

// A credential is what the secret holds.
type credential struct {
	routingKey string
	url        string
}

// KeyFromSecret returns the key that is the value of a secret, given by name or ARN: the bare key, or JSON with the key
// under "routing_key" and, for a service region other than that of the United States, the address under "url". The secret
// is read on first use.
func KeyFromSecret(api secret.Reader, secretID string, now func() time.Time) *Key {
	return &Key{secret.New(api, secretID, "PagerDuty key", parse, now)}
}

// parse reads a secret's text. Its errors say what is wrong and never quote the text: it is the secret.
func parse(text string) (credential, error) {
	text = strings.TrimSpace(text)
	c := credential{routingKey: text, url: endpoint}
	if strings.HasPrefix(text, "{") {
		var fields struct {
			RoutingKey string `json:"routing_key"`
			URL        string `json:"url"`
		}
		if json.Unmarshal([]byte(text), &fields) != nil {
			return c, errors.New(`it is neither a key nor JSON such as {"routing_key": "…"}`)
		}
		c.routingKey = strings.TrimSpace(fields.RoutingKey)
		if u := strings.TrimSpace(fields.URL); u != "" {
			c.url = u
		}
	}
	if !routingKey.MatchString(c.routingKey) {
		return c, errors.New("an integration key for Events API v2 has 32 letters and digits, and this has not")
	}
	return c, check(c.url)
}

// check refuses an address that is not PagerDuty's: the key would go there. Plain HTTP is for tests on this machine.
func check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return errors.New("its url is no address of PagerDuty")
	}
	host := u.Hostname()
	switch ip := net.ParseIP(host); {
	case u.Scheme == "http" && ip != nil && ip.IsLoopback():
		return nil
	case u.Scheme == "https" && (host == "events.pagerduty.com" || strings.HasPrefix(host, "events.") && strings.HasSuffix(host, ".pagerduty.com")):
		return nil
	}
	return errors.New("its url is no address of PagerDuty: want https://events.pagerduty.com/v2/enqueue or https://events.eu.pagerduty.com/v2/enqueue")
}
