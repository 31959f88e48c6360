package approver

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"riposte/pkg/answer"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify/report"
	"riposte/pkg/slackapp"
)

// A modal is what views.open takes. https://docs.slack.dev/reference/views/modal-views
type modal struct {
	Type       string  `json:"type"`
	CallbackID string  `json:"callback_id"`
	Metadata   string  `json:"private_metadata"`
	Title      text    `json:"title"`
	Submit     text    `json:"submit"`
	Close      text    `json:"close"`
	Blocks     []block `json:"blocks"`
}

type block struct {
	Type    string `json:"type"`
	BlockID string `json:"block_id,omitempty"`
	Text    *text  `json:"text,omitempty"`
	Label   *text  `json:"label,omitempty"`
	Element *input `json:"element,omitempty"`
}

type input struct {
	Type      string `json:"type"`
	ActionID  string `json:"action_id"`
	Multiline bool   `json:"multiline"`
	MinLength int    `json:"min_length"`
	MaxLength int    `json:"max_length"`
}

type text struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji bool   `json:"emoji"`
}

func plain(s string) text { return text{Type: "plain_text", Text: s} }

// ask opens the modal that asks why something is to be excepted. Nothing is decided before it is filled in.
func (f *Function) ask(ctx context.Context, app *slackapp.Client, i slackapp.Interaction, c click, in ledger.Incident) events.LambdaFunctionURLResponse {
	metadata, err := json.Marshal(c)
	if err != nil {
		return f.unable(ctx, err)
	}
	about := plain(report.Clean(fmt.Sprintf("For 24 hours, what %s does in account %s is neither told nor acted on by rule %s (%s).",
		decide.ExceptedPrincipal(in.Finding.Actor), in.Account, in.Rule, in.Title)))
	stays := plain(report.Clean(fmt.Sprintf("Incident %s stays as it is: its other buttons decide about it.", in.ID)))
	label := plain("Why is it fine?")
	err = app.Call(ctx, "views.open", map[string]any{"trigger_id": i.TriggerID, "view": modal{
		Type: "modal", CallbackID: slackapp.CallbackExcept, Metadata: string(metadata),
		Title: plain("Except for 24 hours"), Submit: plain("Except"), Close: plain("Cancel"),
		Blocks: []block{
			{Type: "section", Text: &about},
			{Type: "section", Text: &stays},
			{Type: "input", BlockID: slackapp.ReasonBlock, Label: &label, Element: &input{
				Type: "plain_text_input", ActionID: slackapp.ReasonInput, Multiline: true, MinLength: 3, MaxLength: answer.MaxReason,
			}},
		},
	}}, nil)
	switch code := slackapp.Code(err); {
	case code == "expired_trigger_id" || code == "exchanged_trigger_id" || code == "invalid_trigger_id":
		return f.refuse(ctx, i, c, "Slack could not open the dialog in time. Nothing was done; click once more.")
	case err != nil:
		return f.unable(ctx, fmt.Errorf("ask %s for a reason: %w", i.User, err))
	}
	return said(200, "")
}
