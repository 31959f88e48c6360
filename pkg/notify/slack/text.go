package slack

import (
	"strings"

	"riposte/pkg/notify"
)

// Text returns how a message looks in Slack, as lines of text. It is made from the blocks that are posted.
func Text(m notify.Message) string {
	var out []string
	for _, b := range Render(m).Blocks {
		switch b.Type {
		case divider:
			out = append(out, "———")
		default:
			texts := b.Elements
			if b.Text != nil {
				texts = []TextObject{*b.Text}
			}
			for _, t := range texts {
				out = append(out, shown(t))
			}
		}
	}
	return strings.Join(out, "\n") + "\n"
}

// shown returns what a reader sees of a text: markup is gone, and links show where they lead.
func shown(t TextObject) string {
	if t.Type != mrkdwn {
		return unescape(t.Text)
	}
	var b strings.Builder
	for n, piece := range strings.Split(t.Text, "`") {
		if n%2 == 0 { // outside of code
			piece = links(strings.ReplaceAll(piece, "*", ""))
		}
		b.WriteString(unescape(piece))
	}
	return b.String()
}

// links shows "<url|label>" as "label url".
func links(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		link, after, _ := strings.Cut(rest, ">")
		address, label, _ := strings.Cut(link, "|")
		b.WriteString(label + " " + address)
		s = after
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
