package notify

import (
	"context"
	"time"

	"riposte/pkg/detect"
)

// A Digest tells of many incidents in one message.
type Digest struct {
	Key      string // digests of one key are one digest
	Title    string // "27 more like it", "Low findings of 2026-11-25"
	From, To time.Time
	Total    int // messages that it stands for, also of the lines that are left out
	Lines    []DigestLine
	Flags    string // as in Message
}

// A DigestLine is what a digest says of incidents that are alike.
type DigestLine struct {
	Rule, Title       string
	Severity          detect.Severity // of the gravest
	Account           string          // empty for several
	Count             int
	Actors, Incidents []string // some of them
	DetailType        string   // what became of them
}

// Digests is a way of telling people that can tell of many incidents at once. A Notifier that is none gets every message.
type Digests interface {
	Notifier
	Digest(ctx context.Context, d Digest) error
}
