package slackstandin

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// A Text is a Block Kit text object.
type Text struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim bool   `json:"verbatim,omitempty"`
}

// A Block is a Block Kit block as far as Riposte uses them.
type Block struct {
	Type     string    `json:"type"`
	BlockID  string    `json:"block_id,omitempty"`
	Text     *Text     `json:"text,omitempty"`
	Elements []Element `json:"elements,omitempty"`
	Label    *Text     `json:"label,omitempty"`
	Hint     *Text     `json:"hint,omitempty"`
	Element  *Element  `json:"element,omitempty"`
}

// An Element is a button, an input or, in a context, a text.
type Element struct {
	Type        string   `json:"type"`
	Text        any      `json:"text,omitempty"` // an object for a button, a text in a context
	Emoji       *bool    `json:"emoji,omitempty"`
	Verbatim    bool     `json:"verbatim,omitempty"`
	ActionID    string   `json:"action_id,omitempty"`
	Value       string   `json:"value,omitempty"`
	Style       string   `json:"style,omitempty"`
	Confirm     *Confirm `json:"confirm,omitempty"`
	Multiline   bool     `json:"multiline,omitempty"`
	MinLength   int      `json:"min_length,omitempty"`
	MaxLength   int      `json:"max_length,omitempty"`
	Placeholder *Text    `json:"placeholder,omitempty"`
}

// A Confirm is the dialog before a button's click counts.
type Confirm struct {
	Title   Text   `json:"title"`
	Text    Text   `json:"text"`
	Confirm Text   `json:"confirm"`
	Deny    Text   `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// Label returns what a button shows.
func (e Element) Label() string {
	if t, ok := e.Text.(map[string]any); ok {
		s, _ := t["text"].(string)
		return s
	}
	s, _ := e.Text.(string)
	return s
}

// Limits of Block Kit. What Slack does not document was seen to fail.
const (
	maxBlocks   = 50
	maxSection  = 3000
	maxHeader   = 150
	maxContext  = 10
	maxActions  = 25
	maxButton   = 75
	maxValue    = 2000
	maxID       = 255
	maxAllTexts = 13_200
)

// checkMessage returns the code by which Slack refuses blocks, and what is wrong; nothing where it takes them.
func checkMessage(blocks []Block) (code, wrong string) {
	if len(blocks) > maxBlocks {
		return "invalid_blocks", fmt.Sprintf("%d blocks", len(blocks))
	}
	total, ids := 0, map[string]bool{}
	for n, b := range blocks {
		if b.BlockID != "" && (ids[b.BlockID] || width(b.BlockID) > maxID) {
			return "invalid_blocks", fmt.Sprintf("block %d: block_id %q", n, b.BlockID)
		}
		ids[b.BlockID] = true
		chars, wrong := b.check()
		if wrong != "" {
			return "invalid_blocks", fmt.Sprintf("block %d (%s): %s", n, b.Type, wrong)
		}
		total += chars
	}
	if total > maxAllTexts {
		return "msg_blocks_too_long", fmt.Sprintf("%d characters", total)
	}
	return "", ""
}

// check returns how many characters a block has, and what is wrong with it.
func (b Block) check() (chars int, wrong string) {
	switch b.Type {
	case "divider":
		return 0, ""
	case "header":
		if b.Text == nil || b.Text.Type != "plain_text" {
			return 0, "a header needs plain text"
		}
		return b.Text.check(maxHeader)
	case "section":
		if b.Text == nil {
			return 0, "no text"
		}
		return b.Text.check(maxSection)
	case "context":
		return b.checkContext()
	case "actions":
		return b.checkActions()
	}
	return 0, "a type that messages do not have"
}

func (b Block) checkContext() (chars int, wrong string) {
	if len(b.Elements) == 0 || len(b.Elements) > maxContext {
		return 0, fmt.Sprintf("%d elements", len(b.Elements))
	}
	for _, e := range b.Elements {
		text, ok := e.Text.(string)
		if !ok {
			return 0, "an element that is no text"
		}
		n, wrong := (&Text{Type: e.Type, Text: text}).check(maxSection)
		if wrong != "" {
			return 0, wrong
		}
		chars += n
	}
	return chars, ""
}

func (b Block) checkActions() (chars int, wrong string) {
	if len(b.Elements) == 0 || len(b.Elements) > maxActions {
		return 0, fmt.Sprintf("%d elements", len(b.Elements))
	}
	ids := map[string]bool{}
	for _, e := range b.Elements {
		if ids[e.ActionID] {
			return 0, fmt.Sprintf("action_id %q twice", e.ActionID)
		}
		ids[e.ActionID] = true
		chars += width(e.Label())
		if wrong := e.checkButton(); wrong != "" {
			return 0, wrong
		}
	}
	return chars, ""
}

func (e Element) checkButton() (wrong string) {
	switch label := e.Label(); {
	case e.Type != "button":
		return "an element that is no button"
	case label == "" || width(label) > maxButton:
		return fmt.Sprintf("a button with a text of %d characters", width(label))
	case len(e.Value) > maxValue:
		return fmt.Sprintf("a button with a value of %d bytes", len(e.Value))
	case e.ActionID == "" || width(e.ActionID) > maxID:
		return fmt.Sprintf("action_id %q", e.ActionID)
	case e.Style != "" && e.Style != "primary" && e.Style != "danger":
		return fmt.Sprintf("style %q", e.Style)
	}
	return e.Confirm.check()
}

func (c *Confirm) check() (wrong string) {
	if c == nil {
		return ""
	}
	for _, t := range []struct {
		text Text
		most int
		any  bool
	}{{c.Title, 100, false}, {c.Text, 300, true}, {c.Confirm, 30, false}, {c.Deny, 30, false}} {
		if !t.any && t.text.Type != "plain_text" {
			return "a dialog with markup"
		}
		if _, wrong := t.text.check(t.most); wrong != "" {
			return "a dialog: " + wrong
		}
	}
	return ""
}

func (t *Text) check(most int) (chars int, wrong string) {
	n := width(t.Text)
	switch {
	case t.Type != "plain_text" && t.Type != "mrkdwn":
		return 0, fmt.Sprintf("text of type %q", t.Type)
	case n == 0 || n > most:
		return 0, fmt.Sprintf("a text of %d characters, want 1 to %d", n, most)
	case t.Emoji != nil && t.Type != "plain_text" || t.Verbatim && t.Type != "mrkdwn":
		return 0, "a field of the other type of text"
	}
	return n, ""
}

// checkView returns what is wrong with a modal.
func checkView(kind string, title, submit, closing Text, callback, metadata string, blocks []Block) string {
	for _, t := range []Text{title, submit, closing} {
		if n := width(t.Text); t.Type != "plain_text" || n < 1 || n > 24 {
			return "a title or a button: " + t.Text
		}
	}
	switch {
	case kind != "modal":
		return "type " + kind
	case width(callback) > maxID || width(metadata) > 3000:
		return "callback_id or private_metadata"
	case len(blocks) == 0 || len(blocks) > 100:
		return "blocks"
	}
	for _, b := range blocks {
		if b.Type == "input" {
			if !b.takesText() {
				return "an input"
			}
			continue
		}
		if _, wrong := b.check(); wrong != "" {
			return b.Type + ": " + wrong
		}
	}
	return ""
}

// takesText reports whether a block is an input for text as Slack takes it.
func (b Block) takesText() bool {
	return b.Label != nil && b.Label.Type == "plain_text" && width(b.Label.Text) <= 2000 && b.Element != nil &&
		b.Element.Type == "plain_text_input" && b.Element.ActionID != "" && b.Element.MaxLength <= 3000
}

// Shown returns what a reader sees of a message, roughly: the texts of its blocks, and the buttons in brackets.
func (m Message) Shown() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return shown(m.Blocks)
}

func shown(blocks []Block) string {
	var out []string
	for _, b := range blocks {
		if b.Text != nil {
			out = append(out, b.Text.Text)
		}
		for _, e := range b.Elements {
			if e.Type == "button" {
				out = append(out, "["+e.Label()+"]")
			} else {
				out = append(out, e.Label())
			}
		}
	}
	return strings.Join(out, "\n")
}

// width counts characters as Slack does, in UTF-16.
func width(s string) int { return len(utf16.Encode([]rune(s))) }
