// Package slackapp speaks with Slack as an app: it proves that a request comes from Slack, reads what somebody clicked,
// calls the Web API with the app's token and replies to the person who clicked. What lets the app in is a secret that is
// read from Secrets Manager at run time and appears in no error, log or text that this package makes.
package slackapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"
)

// MaxSkew is how old a request may be, and how far ahead its clock. A request is also remembered for that long, twice, so
// that it is taken once.
const MaxSkew = 300 * time.Second

// MaxBody is how large a request may be. Slack's carry the message whose button was clicked.
const MaxBody = 256 << 10

// Errors of Verify.
var (
	ErrUnsigned = errors.New("the request is not signed by Slack")
	ErrTooOld   = errors.New("the request's time is more than five minutes away")
)

// A Signed is a request as it came: the body before anything was read from it, and the two headers that vouch for it.
type Signed struct {
	Timestamp string // X-Slack-Request-Timestamp
	Signature string // X-Slack-Signature
	Body      []byte
}

// Verify reports whether somebody who knows the signing secret has signed the request within MaxSkew of now. It takes the
// same time for every wrong signature. https://docs.slack.dev/authentication/verifying-requests-from-slack
func (s Signed) Verify(secret string, now time.Time) error {
	if secret == "" || len(s.Signature) != len("v0=")+2*sha256.Size || len(s.Timestamp) > 20 {
		return ErrUnsigned
	}
	seconds, err := strconv.ParseInt(s.Timestamp, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != s.Timestamp {
		return ErrUnsigned
	}
	if !hmac.Equal([]byte(Sign(secret, s.Timestamp, s.Body)), []byte(s.Signature)) {
		return ErrUnsigned
	}
	// After the signature, so that only Slack learns how our clock stands.
	if skew := now.Unix() - seconds; skew > int64(MaxSkew.Seconds()) || skew < -int64(MaxSkew.Seconds()) {
		return ErrTooOld
	}
	return nil
}

// Sign returns the signature of a body that is sent at a time.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("v0:" + timestamp + ":"))
	_, _ = mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
