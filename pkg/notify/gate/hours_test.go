package gate

import (
	"testing"
	"time"

	"riposte/pkg/config"
)

func TestQuietUntil(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := config.Quiet{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute, Zone: berlin}
	noon := config.Quiet{From: 12 * time.Hour, To: 13 * time.Hour}
	for _, tt := range []struct {
		quiet     config.Quiet
		now, want string // want is empty where it is not quiet
	}{
		{night, "2026-11-25T20:59:59Z", ""},
		{night, "2026-11-25T21:00:00Z", "2026-11-26T06:30:00Z"},
		{night, "2026-11-26T02:00:00Z", "2026-11-26T06:30:00Z"},
		{night, "2026-11-26T06:29:59.999Z", "2026-11-26T06:30:00Z"},
		{night, "2026-11-26T06:30:00Z", ""},
		{night, "2026-03-28T22:00:00Z", "2026-03-29T05:30:00Z"}, // the clocks go forward
		{night, "2026-10-24T22:00:00Z", "2026-10-25T06:30:00Z"}, // and back
		{night, "2026-12-31T23:00:00Z", "2027-01-01T06:30:00Z"},
		{noon, "2026-11-25T11:59:59Z", ""},
		{noon, "2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z"},
		{noon, "2026-11-25T13:00:00Z", ""},
		{config.Quiet{From: time.Hour, To: time.Hour}, "2026-11-25T01:00:00Z", ""},
	} {
		until, quiet := quietUntil(tt.quiet, when(t, tt.now))
		if quiet != (tt.want != "") || quiet && !until.Equal(when(t, tt.want)) {
			t.Errorf("at %s: quiet %t until %s, want %q", tt.now, quiet, until.UTC(), tt.want)
		}
	}
}

func TestDigestAfter(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		digest    config.Digest
		now, want string
	}{
		{config.Digest{At: 8 * time.Hour}, "2026-11-25T07:59:59Z", "2026-11-25T08:00:00Z"},
		{config.Digest{At: 8 * time.Hour}, "2026-11-25T08:00:00Z", "2026-11-26T08:00:00Z"},
		{config.Digest{At: 8 * time.Hour, Zone: berlin}, "2026-11-25T08:00:00Z", "2026-11-26T07:00:00Z"},
		{config.Digest{At: 8 * time.Hour, Zone: berlin}, "2026-03-28T08:00:00Z", "2026-03-29T06:00:00Z"},
		{config.Digest{At: 0}, "2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z"},
	} {
		if got := digestAfter(tt.digest, when(t, tt.now)); !got.Equal(when(t, tt.want)) {
			t.Errorf("after %s: %s, want %s", tt.now, got.UTC(), tt.want)
		}
	}
}

func when(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
