package data

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	updateSending  = "UpdateAccountSendingEnabled"
	putSending     = "PutAccountSendingAttributes"
	putDetails     = "PutAccountDetails"
	setForwarding  = "SetIdentityFeedbackForwardingEnabled"
	deleteIdentity = "DeleteIdentity"
	deleteEmail    = "DeleteEmailIdentity"
	verifyEmail    = "VerifyEmailIdentity"
	verifyDomain   = "VerifyDomainIdentity"
	createEmail    = "CreateEmailIdentity"
)

// MailSendingChanged fires when an account comes to send mail, or to hide what comes back.
func MailSendingChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-016",
		Title:    "Mail sending changed",
		Class:    "ses-changed",
		Severity: detect.Low,
		Doc: `**Why it matters.** An account that may send mail to anybody sends phishing in the name of its domains. Stolen
credentials are tried on SES first, and the step that costs an intruder most is to get out of its sandbox.

The request to send to anybody is medium, and so is sending that is switched on again for the account. A new sender, one
that is deleted, and bounces that are not forwarded any more are low. Sending that is switched off, and bounces that are
forwarded, are no findings; what a pipeline's role or a service does is at most low.

**False positives.** A team that sets up its mail.

**What to do.** Ask the caller. Switch sending off for the account, look at the statistics of what was sent, and tell
AWS Support where mail was sent that was not yours.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1496.004", URL: "https://attack.mitre.org/techniques/T1496/004/"},
			{
				Kind: "AWS", Name: "Request production access",
				URL: "https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
			},
		},
		Pattern: detect.Pattern{{Source: "ses.amazonaws.com", Names: []string{
			updateSending, putSending, putDetails, setForwarding, deleteIdentity, deleteEmail, verifyEmail, verifyDomain, createEmail,
		}}},
		Match: matchMailSendingChanged,
	}
}

// mailRequest is the part of a request that says what changes.
type mailRequest struct {
	Identity, EmailIdentity, EmailAddress, Domain cloudtrail.Text

	Enabled, SendingEnabled, ForwardingEnabled, ProductionAccessEnabled *cloudtrail.Flag
}

func matchMailSendingChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[mailRequest](ev)
	if err != nil {
		return nil, err
	}
	switch ev.Name {
	case updateSending:
		return accountSending(ev, req.Enabled, "may send mail again"), nil
	case putSending:
		return accountSending(ev, req.SendingEnabled, "may send mail again"), nil
	case putDetails:
		return accountSending(ev, req.ProductionAccessEnabled, "asked to send mail to anybody"), nil
	}
	id := string(req.Identity + req.EmailIdentity + req.EmailAddress + req.Domain)
	if id == "" {
		return nil, errors.New("request parameters: no identity")
	}
	what := ""
	switch ev.Name {
	case setForwarding:
		if req.ForwardingEnabled == nil {
			return nil, errors.New("request parameters: no forwardingEnabled")
		}
		if *req.ForwardingEnabled {
			return nil, nil
		}
		what = "gets no bounces and complaints forwarded any more"
	case deleteIdentity, deleteEmail:
		what = "was deleted"
	default:
		what = "was added"
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.Low),
		Resource: detect.Resource{Type: detect.Identity, ID: id},
		Summary:  fmt.Sprintf("sender %s %s%s", detect.Text(id), what, caller.Through(ev)),
	}}, nil
}

// accountSending judges a switch of the whole account. One that is false or not stated keeps mail from being sent.
func accountSending(ev *cloudtrail.Event, on *cloudtrail.Flag, what string) []detect.Finding {
	if on == nil || !bool(*on) {
		return nil
	}
	return []detect.Finding{{
		Severity: byHand(ev, detect.Medium),
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("account %s %s%s", detect.Text(ev.Account), what, caller.Through(ev)),
	}}
}
