package notify

import (
	"context"
	"time"

	"riposte/pkg/detect"
)

// A Digest tells of many incidents in one message.
type Digest struct {
	Key   string       `json:"key"`   // digests of one key are one digest
	Title string       `json:"title"` // "27 more like it", "Low findings of 2026-11-25"
	From  time.Time    `json:"from"`
	To    time.Time    `json:"to"`
	Total int          `json:"total"` // messages that it stands for, also of the lines that are left out
	Lines []DigestLine `json:"lines"`
	Flags string       `json:"-"` // as in Message
}

// A DigestLine is what a digest says of incidents that are alike.
type DigestLine struct {
	Rule       string          `json:"rule"`
	Title      string          `json:"title"`
	Severity   detect.Severity `json:"severity"` // of the gravest
	Account    string          `json:"account"`  // empty for several
	Count      int             `json:"count"`
	Actors     []string        `json:"actors"`      // some of them
	Incidents  []string        `json:"incidents"`   // some of them
	DetailType string          `json:"detail_type"` // what became of them
}

// Digests is a way of telling people that can tell of many incidents at once. A Notifier that is none gets every message.
type Digests interface {
	Notifier
	Digest(ctx context.Context, d Digest) error
}
