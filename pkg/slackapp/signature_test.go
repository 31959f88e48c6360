package slackapp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSign holds the example of Slack's documentation.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func TestSign(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands" +
		"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const want = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if got := Sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", []byte(body)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestVerify(t *testing.T) {
	const secret, body = "0123456789abcdef", "payload=%7B%7D"
	now := time.Unix(1_800_000_000, 0)
	signed := func(at time.Time) Signed {
		stamp := fmt.Sprint(at.Unix())
		return Signed{Timestamp: stamp, Signature: Sign(secret, stamp, []byte(body)), Body: []byte(body)}
	}
	for _, tc := range []struct {
		name string
		edit func(*Signed)
		at   time.Duration
		want error
	}{
		{name: "now"},
		{name: "as old as may be", at: -MaxSkew},
		{name: "as far ahead as may be", at: MaxSkew},
		{name: "too old", at: -MaxSkew - time.Second, want: ErrTooOld},
		{name: "too far ahead", at: MaxSkew + time.Second, want: ErrTooOld},
		{name: "another body", edit: func(s *Signed) { s.Body = []byte(body + "x") }, want: ErrUnsigned},
		{name: "another time", edit: func(s *Signed) { s.Timestamp = fmt.Sprint(now.Unix() - 1) }, want: ErrUnsigned},
		{name: "a time with a sign", edit: func(s *Signed) { s.Timestamp = "+" + s.Timestamp }, want: ErrUnsigned},
		{name: "no time", edit: func(s *Signed) { s.Timestamp = "" }, want: ErrUnsigned},
		{name: "no signature", edit: func(s *Signed) { s.Signature = "" }, want: ErrUnsigned},
		{name: "half a signature", edit: func(s *Signed) { s.Signature = s.Signature[:30] }, want: ErrUnsigned},
		{name: "upper case", edit: func(s *Signed) { s.Signature = strings.ToUpper(s.Signature) }, want: ErrUnsigned},
		{name: "another version", edit: func(s *Signed) { s.Signature = "v1" + s.Signature[2:] }, want: ErrUnsigned},
		{name: "another secret", edit: func(s *Signed) { s.Signature = Sign("another", s.Timestamp, s.Body) }, want: ErrUnsigned},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := signed(now.Add(tc.at))
			if tc.edit != nil {
				tc.edit(&s)
			}
			if err := s.Verify(secret, now); !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
		})
	}
	if err := signed(now).Verify("", now); !errors.Is(err, ErrUnsigned) {
		t.Errorf("an empty secret verifies: %v", err)
	}
}
