package slack

import (
	"context"
	"errors"
	"fmt"

	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// maxDigest bounds the lines of a digest; a section takes 3,000 characters.
const (
	maxDigest     = 9000
	maxDigestPart = 2800
)

var (
	_ notify.Digests = (*Notifier)(nil)
	_ notify.Digests = (*App)(nil)
)

// RenderDigest returns a digest as it is posted.
func RenderDigest(d notify.Digest) Payload {
	r := report.OfDigest(d)
	title := mark(r.Severity) + " " + r.Title
	p := Payload{Text: fit(title+", up to "+severity(r.Severity)+". "+r.Span, maxStanding)}
	p.Blocks = append(p.Blocks, Block{Type: header, Text: new(plain(fit(title, maxHeader)))})
	p.section(plain(fit(r.Span, maxStanding)))
	left := maxDigest
	var part string
	for n, l := range r.Lines {
		text := "• *" + severity(l.Severity) + "* " + line(l.What, maxLine) + "\n   " + line(l.Details, maxLine)
		if left -= width(text) + 1; left < 0 {
			r.More = fmt.Sprintf("%d of %d lines are shown.", n, len(d.Lines))
			break
		}
		if width(part)+1+width(text) > maxDigestPart {
			p.section(marked(part))
			part = ""
		}
		if part != "" {
			part += "\n"
		}
		part += text
	}
	p.section(marked(part))
	p.sentence("", r.More)
	next := append(report.Line{{Text: r.Next.Command, Value: true}, {Text: "  "}}, r.Next.Does...)
	p.Blocks = append(p.Blocks, Block{Type: small, Elements: []TextObject{marked(line(next, maxFooter))}})
	return p
}

// Digest posts a digest, as Notify posts a message.
func (n *Notifier) Digest(ctx context.Context, d notify.Digest) error {
	payload := RenderDigest(d)
	err := n.post(ctx, payload)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.ofContent() {
		if bare := n.post(ctx, Payload{Text: payload.Text + " Slack refused the full message."}); bare != nil {
			return errors.Join(err, bare)
		}
		return nil
	}
	return err
}

// Digest posts a digest to the channel, beside the cards.
func (a *App) Digest(ctx context.Context, d notify.Digest) error {
	p := RenderDigest(d)
	_, err := a.post(ctx, posted{Text: p.Text, Blocks: p.Blocks}, d.Key, fmt.Sprint(d.Total, d.From.Unix(), d.To.Unix()))
	return err
}
