package slack

// A Payload is the body of a post to an incoming webhook.
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
type Payload struct {
	Text        string  `json:"text"` // what a notification shows, and a client that knows no blocks
	Mrkdwn      bool    `json:"mrkdwn"`
	UnfurlLinks bool    `json:"unfurl_links"`
	UnfurlMedia bool    `json:"unfurl_media"`
	Blocks      []Block `json:"blocks,omitempty"`
}

// A Block is a Block Kit block: a header, a section, a context or a divider.
// https://docs.slack.dev/reference/block-kit/blocks
type Block struct {
	Type     string       `json:"type"`
	Text     *TextObject  `json:"text,omitempty"`
	Elements []TextObject `json:"elements,omitempty"`
}

// A TextObject is a Block Kit text object.
type TextObject struct {
	Type     string `json:"type"` // plainText or mrkdwn
	Text     string `json:"text"` // escaped
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim bool   `json:"verbatim,omitempty"`
}

// The types of Block and TextObject.
const (
	header    = "header"
	section   = "section"
	small     = "context"
	divider   = "divider"
	plainText = "plain_text"
	mrkdwn    = "mrkdwn"
)

// plain makes a text in which Slack looks for no markup at all. Sentences that quote the event go here.
func plain(escaped string) TextObject {
	none := false
	return TextObject{Type: plainText, Text: escaped, Emoji: &none} // an ARN has ":aws:" in it
}

// marked makes a text whose markup is ours. Verbatim keeps Slack from making links and mentions of its own out of names.
func marked(escaped string) TextObject {
	return TextObject{Type: mrkdwn, Text: escaped, Verbatim: true}
}
