package approver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"riposte/pkg/answer"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/slackapp"
)

// interact does what somebody's click asks for.
func (f *Function) interact(ctx context.Context, app *slackapp.Client, signed slackapp.Signed, nonce string, i slackapp.Interaction,
) events.LambdaFunctionURLResponse {
	fresh, err := f.once(ctx, signed, nonce)
	if err != nil {
		return f.unable(ctx, err)
	}
	c, err := clickOf(i)
	switch {
	case !fresh:
		return f.refuse(ctx, i, c, "This request was taken before. Nothing was done a second time.")
	case err != nil:
		return f.refuse(ctx, i, c, "Riposte does not know that button: "+err.Error()+". Nothing was done.")
	}
	in, err := f.store.Get(ctx, c.Offer.Incident)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return f.refuse(ctx, i, c, fmt.Sprintf("There is no incident %s. Nothing was done.", c.Offer.Incident))
	case err != nil:
		return f.unable(ctx, err)
	}
	who, refused := answer.Approver(f.who, i.User, in.Account)
	if refused == "" {
		refused = answer.Outdated(in, c.Verb, c.Offer.State)
	}
	switch {
	case refused != "":
		return f.refuse(ctx, i, c, refused)
	case i.Kind == slackapp.Clicked && c.Verb == answer.Except:
		return f.ask(ctx, app, i, c, in)
	case c.Verb == answer.Except && utf8.RuneCountInString(i.Reason) < 3:
		return f.refuse(ctx, i, c, "Say why it is fine, so that others understand it later.")
	case c.Verb == answer.Except && utf8.RuneCountInString(i.Reason) > answer.MaxReason:
		return f.refuse(ctx, i, c, fmt.Sprintf("At most %d characters, please.", answer.MaxReason))
	}
	return f.take(ctx, i, c, in, who.Name)
}

// A click is what somebody answers, and about what.
type click struct {
	Verb    answer.Verb     `json:"-"`
	Offer   answer.Offer    `json:"offer"`
	ReplyTo answer.ReplyURL `json:"reply,omitempty"`
}

// clickOf reads a click off a button, or off the modal that a button has opened.
func clickOf(i slackapp.Interaction) (click, error) {
	if i.Kind == slackapp.Submitted {
		c := click{Verb: i.Verb}
		if json.Unmarshal([]byte(i.Metadata), &c) != nil {
			return c, errors.New("the dialog does not say what it is about")
		}
		offer, err := answer.ParseOffer(c.Offer.String())
		c.Offer = offer
		return c, err
	}
	offer, err := answer.ParseOffer(i.Value)
	return click{Verb: i.Verb, Offer: offer, ReplyTo: i.ReplyTo}, err
}

// once takes a signed request, and reports false where it was taken before.
func (f *Function) once(ctx context.Context, signed slackapp.Signed, nonce string) (bool, error) {
	value, err := json.Marshal(nonce)
	if err != nil {
		return false, err
	}
	key := "request/" + strings.TrimPrefix(signed.Signature, "v0=")
	_, err = f.store.PutSlot(ctx, schema.Answers, ledger.Slot{Key: key, Value: value, Expires: f.now().Add(2*slackapp.MaxSkew + time.Minute)})
	if !errors.Is(err, ledger.ErrConflict) {
		return err == nil, err
	}
	was, err := f.store.Slot(ctx, schema.Answers, key)
	if err != nil {
		return false, err
	}
	return nonce != "" && string(was.Value) == string(value), nil // by this very request, whose first answer was lost
}

// doubleClick is how long two clicks of one person on the same offer are one.
const doubleClick = time.Minute

// take brings an answer onto the queue.
func (f *Function) take(ctx context.Context, i slackapp.Interaction, c click, in ledger.Incident, name string) events.LambdaFunctionURLResponse {
	meaning := answer.Key(c.Offer, c.Verb, i.User)
	key := "click/" + meaning
	if _, err := f.store.Slot(ctx, schema.Answers, key); err == nil {
		return f.refuse(ctx, i, c, "Your answer is on its way already; once is enough.")
	} else if !errors.Is(err, ledger.ErrNotFound) {
		return f.unable(ctx, err)
	}
	a := answer.Answer{
		ID: fmt.Sprintf("%s-%d", meaning, f.now().Unix()/int64(doubleClick.Seconds())), Incident: in.ID, Verb: c.Verb, Seen: c.Offer.State,
		Slack: i.User, Name: name, Reason: i.Reason, ReplyTo: c.ReplyTo,
	}
	if c.Verb == answer.Except {
		a.For = answer.MaxFor.String()
	}
	if err := a.Check(); err != nil {
		return f.refuse(ctx, i, c, "Riposte cannot take this answer: "+err.Error()+". Nothing was done.")
	}
	if err := f.queue.Answer(ctx, a, in.Finding.Group()); err != nil {
		return f.unable(ctx, err)
	}
	f.log.InfoContext(ctx, "answer taken", "answer", a, "account", in.Account)
	_, err := f.store.PutSlot(ctx, schema.Answers, ledger.Slot{Key: key, Value: json.RawMessage(`true`), Expires: f.now().Add(doubleClick)})
	if err != nil && !errors.Is(err, ledger.ErrConflict) { // the remediator knows a double click too
		f.log.WarnContext(ctx, "a double click will only be seen by the remediator", "answer", a, "err", err.Error())
	}
	return said(http.StatusOK, "")
}

// refuse tells whoever clicked that nothing was done, and why: in the modal where there is one.
func (f *Function) refuse(ctx context.Context, i slackapp.Interaction, c click, why string) events.LambdaFunctionURLResponse {
	f.log.WarnContext(ctx, "answer refused", "slack", i.User, "verb", string(i.Verb), "incident", c.Offer.Incident, "seen", string(c.Offer.State), "why", why)
	if i.Kind == slackapp.Submitted {
		body, err := json.Marshal(map[string]any{"response_action": "errors", "errors": map[string]string{slackapp.ReasonBlock: why}})
		if err != nil {
			return f.unable(ctx, err)
		}
		resp := said(http.StatusOK, string(body))
		resp.Headers["Content-Type"] = "application/json; charset=utf-8"
		return resp
	}
	if err := f.replier.Reply(ctx, i.ReplyTo, why); err != nil {
		f.log.WarnContext(ctx, "whoever clicked could not be told", "slack", i.User, "err", err.Error())
	}
	return said(http.StatusOK, "")
}
