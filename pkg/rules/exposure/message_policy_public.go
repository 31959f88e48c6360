package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

const (
	snsSource     = "sns.amazonaws.com"
	sqsSource     = "sqs.amazonaws.com"
	addPermission = "AddPermission"

	removePermission = "RemovePermission" // looked at for what is known to be good: nothing, from then on
)

// MessagePolicyPublic fires when a topic or a queue is opened to everyone or to another account.
func MessagePolicyPublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-013",
		Title:    "Topic or queue opened to others",
		Class:    "sns-sqs-policy-public",
		Severity: detect.High,
		Doc: `**Why it matters.** Whoever may subscribe to a topic or receive from a queue reads what the systems of the
account tell each other; whoever may publish or send can feed them whatever they will act on.

The rule judges the policy from the event, or the accounts and actions that AddPermission names. Everyone is critical
where something can be changed or messages taken, and high otherwise; another account is high or medium in the same way.
Services, and everyone under a condition on the source, the own account or one organisation, stay quiet, as the policy
does that SNS gives to new topics.

**False positives.** Accounts of the same organisation and partners that subscribe: list them as trusted.

**What to do.** Remove the statement, and bind it to the account, the source or the organisation that it is for. The
former policy is not in the event; a permission that was added is removed by its label.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1530", URL: "https://attack.mitre.org/techniques/T1530/"},
			{
				Kind: "AWS", Name: "Amazon SNS security best practices",
				URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
			},
			{
				Kind: "AWS", Name: "Amazon SQS security best practices",
				URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: snsSource, Names: []string{"SetTopicAttributes", addPermission, removePermission, "CreateTopic"}},
			{Source: sqsSource, Names: []string{"SetQueueAttributes", addPermission, removePermission, "CreateQueue"}},
		},
		Actions: []string{"remove-topic-policy-statements", "remove-queue-policy-statements"},
		Good:    goodMessagePolicy,
		Match:   matchMessagePolicyPublic,
	}
}

// messaging is what is asked for in the calls about topics and queues.
type messaging struct {
	TopicARN, QueueURL, Name, QueueName, Label cloudtrail.Text

	AttributeName  cloudtrail.Text // of SetTopicAttributes
	AttributeValue cloudtrail.Document
	Attributes     *struct{ Policy cloudtrail.Document }

	AWSAccountID, AWSAccountIDs      cloudtrail.List[cloudtrail.Text]
	ActionName, ActionNames, Actions cloudtrail.List[cloudtrail.Text]
}

func matchMessagePolicyPublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == removePermission {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[messaging](ev)
	if err != nil {
		return nil, err
	}
	r, what, err := req.resource(ev)
	if err != nil {
		return nil, err
	}
	a := access{resource: r, what: what}
	if ev.Name == addPermission {
		a.verdict, err = req.granted(ev)
		if err != nil {
			return nil, err
		}
		return req.labelled(a.findings(iampolicy.Public, iampolicy.ExternalAccount)), nil
	}
	document, err := req.policy(ev)
	if err != nil || len(document) == 0 {
		return nil, err
	}
	return documentAccess(ev, prefixOf(ev), what, r, document).answeredBy(remedyOf(r), iampolicy.Public, iampolicy.ExternalAccount), nil
}

// remedyOf returns the remedy for the policy of a topic or a queue, or none where the event names it in a way that its
// service does not take.
func remedyOf(r detect.Resource) string {
	switch {
	case r.Type == detect.Topic && strings.HasPrefix(r.ID, "arn:"):
		return "remove-topic-policy-statements"
	case r.Type == detect.Queue && strings.Contains(r.ID, "://"):
		return "remove-queue-policy-statements"
	}
	return ""
}

// labelled says which remedy fits findings about AddPermission, whose statement has the label as its id.
func (m messaging) labelled(findings []detect.Finding) []detect.Finding {
	var accounts []string
	for _, id := range append(m.AWSAccountIDs, m.AWSAccountID...) {
		accounts = append(accounts, wholeAccount(string(id)))
	}
	for i := range findings {
		f := &findings[i]
		f.Actions = []string{}
		if action := remedyOf(f.Resource); action != "" && m.Label != "" {
			f.Actions = []string{action}
			f.Params[detect.ParamStatementID], f.Params[detect.ParamGrantees] = string(m.Label), jsonList(accounts)
		}
	}
	return findings
}

// prefixOf returns the prefix of the actions of the service that an event is of.
func prefixOf(ev *cloudtrail.Event) string {
	return strings.TrimSuffix(ev.Source, ".amazonaws.com")
}

func (m messaging) resource(ev *cloudtrail.Event) (detect.Resource, string, error) {
	r := detect.Resource{Type: detect.Topic, ID: string(m.TopicARN)}
	what := "policy of topic "
	if ev.Source == sqsSource {
		r, what = detect.Resource{Type: detect.Queue, ID: string(m.QueueURL)}, "policy of queue "
	}
	if r.ID == "" { // it is new: the answer names it
		resp, err := cloudtrail.ResponseOf[struct{ TopicARN, QueueURL cloudtrail.Text }](ev)
		if err == nil {
			r.ID = string(resp.TopicARN + resp.QueueURL)
		}
	}
	if r.ID == "" {
		r.ID = string(m.Name + m.QueueName)
	}
	if r.ID == "" {
		return r, "", errors.New("request parameters: no topic or queue")
	}
	return r, what + detect.Text(r.ID[strings.LastIndexAny(r.ID, ":/")+1:]), nil
}

// policy returns the policy that a call wrote, or none where it is about other attributes.
func (m messaging) policy(ev *cloudtrail.Event) (cloudtrail.Document, error) {
	switch {
	case strings.EqualFold(string(m.AttributeName), "Policy") && len(m.AttributeValue) == 0: // a topic is never without one
		return nil, errors.New("request parameters: no attributeValue")
	case strings.EqualFold(string(m.AttributeName), "Policy"):
		return m.AttributeValue, nil
	case m.AttributeName != "":
		return nil, nil
	case m.Attributes != nil:
		return m.Attributes.Policy, nil
	case strings.HasPrefix(ev.Name, "Create"):
		return nil, nil // with the default policy, which lets in the own account
	}
	return nil, errors.New("request parameters: no attributes")
}

// granted judges what AddPermission gives to the accounts that it names.
func (m messaging) granted(ev *cloudtrail.Event) (iampolicy.Verdict, error) {
	accounts := append(m.AWSAccountIDs, m.AWSAccountID...)
	names := append(append(m.Actions, m.ActionNames...), m.ActionName...)
	if len(accounts) == 0 || len(names) == 0 {
		return iampolicy.Verdict{}, errors.New("request parameters: no accounts or no actions")
	}
	var actions []string
	for _, n := range names {
		action := string(n)
		if !strings.Contains(action, ":") {
			action = prefixOf(ev) + ":" + action
		}
		actions = append(actions, action)
	}
	all := iampolicy.Verdict{Judged: true}
	for _, id := range accounts {
		v := iampolicy.JudgeGrant(iampolicy.Grant{Principal: string(id), Actions: actions}, prefixOf(ev), estate.Context(ev))
		if !v.Judged {
			return v, nil
		}
		all.Risks = append(all.Risks, v.Risks...)
	}
	return all, nil
}
