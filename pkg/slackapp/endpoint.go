package slackapp

import (
	"errors"
	"fmt"
	"net"
	"net/url"
)

// Where Slack is.
const (
	apiURL    = "https://slack.com/api/"
	replyHost = "hooks.slack.com"
)

// An Endpoint is where Slack is. The zero value is Slack itself; anything else is a stand-in on this machine.
type Endpoint struct {
	standIn *url.URL
}

// EndpointOf returns the endpoint with a base URL, which has to be on this machine, or Slack itself for "".
func EndpointOf(base string) (Endpoint, error) {
	if base == "" {
		return Endpoint{}, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" || u.Path != "" && u.Path != "/" || !onThisMachine(u.Hostname()) {
		return Endpoint{}, errors.New("another address than Slack's: only http://127.0.0.1:PORT, for tests, is taken")
	}
	return Endpoint{standIn: u}, nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// api returns the URL before a method's name.
func (e Endpoint) api() string {
	if e.standIn != nil {
		return e.standIn.JoinPath("api").String() + "/"
	}
	return apiURL
}

// reply checks that a URL to reply to is Slack's: what we know of an incident is for nobody else. The error does not
// repeat it.
func (e Endpoint) reply(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" {
		return "", errors.New("the response URL is none")
	}
	switch {
	case e.standIn != nil && u.Scheme == e.standIn.Scheme && u.Host == e.standIn.Host:
	case e.standIn == nil && u.Scheme == "https" && u.Host == replyHost:
	default:
		return "", fmt.Errorf("the response URL is not at %s", replyHost)
	}
	return u.String(), nil
}
