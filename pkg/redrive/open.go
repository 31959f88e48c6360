package redrive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/notify"
)

// Open recognises what a letter holds. The error says why it is not what a queue of this kind should hold.
func Open(k Kind, l Letter) (Parcel, error) {
	if k == Jobs {
		return openJob(l)
	}
	p, err := openEnvelope(l)
	if err != nil {
		return p, err
	}
	return p, p.readEnvelope(k)
}

// openJob reads a remediation job. It is given as it is: what a later version writes into it is not lost on the way.
func openJob(l Letter) (Parcel, error) {
	var job struct {
		Incident string `json:"incident"`
		Group    string `json:"group"`
		Settle   bool   `json:"settle"`
	}
	if err := json.Unmarshal([]byte(l.Body), &job); err != nil {
		return Parcel{}, fmt.Errorf("no remediation job: %w", err)
	}
	p := Parcel{
		Payload: json.RawMessage(l.Body), Group: cmp.Or(l.Group, job.Group), Incident: job.Incident,
		// The queue would take the job's own name for a repetition. A letter keeps its ID from queue to queue, and what it
		// becomes in the jobs' queue has another.
		Once: "redrive-" + l.ID,
	}
	switch {
	case job.Incident == "" && !job.Settle:
		return p, errors.New(`no remediation job: it names no incident`)
	case p.Group == "":
		return p, errors.New("the job has no group, without which its order is unknown")
	}
	return p, nil
}

// openEnvelope returns what EventBridge or Lambda could not deliver. EventBridge leaves the event itself, with attributes
// that say why; Lambda's destination for failures leaves a record of the invocation.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
func openEnvelope(l Letter) (Parcel, error) {
	body := json.RawMessage(l.Body)
	if !isObject(body) {
		return Parcel{}, errors.New("neither an event nor the record of an invocation")
	}
	var record struct {
		RequestContext  json.RawMessage `json:"requestContext"`
		RequestPayload  json.RawMessage `json:"requestPayload"`
		ResponsePayload json.RawMessage `json:"responsePayload"`
	}
	if err := json.Unmarshal(body, &record); err != nil {
		return Parcel{}, fmt.Errorf("neither an event nor the record of an invocation: %w", err)
	}
	if !isObject(record.RequestContext) {
		return Parcel{Payload: body, Why: joined(l.Attributes["ERROR_CODE"], l.Attributes["ERROR_MESSAGE"])}, nil
	}
	var call struct {
		FunctionARN string `json:"functionArn"`
		Condition   string `json:"condition"`
	}
	if err := json.Unmarshal(record.RequestContext, &call); err != nil {
		return Parcel{}, fmt.Errorf("the record of an invocation that cannot be read: %w", err)
	}
	var answer struct {
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(record.ResponsePayload, &answer) // whatever the function answered, it is only told
	return Parcel{
		Payload: record.RequestPayload, Function: FunctionName(call.FunctionARN), Why: joined(call.Condition, answer.ErrorMessage),
	}, nil
}

// readEnvelope looks who the event is for, and what people know it by.
func (p *Parcel) readEnvelope(k Kind) error {
	var envelope struct {
		ID         string          `json:"id"`
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(p.Payload, &envelope); err != nil {
		return fmt.Errorf("no event of EventBridge: %w", err)
	}
	var detail struct {
		EventID  json.RawMessage `json:"eventID"` // in another form it is not this one's to judge
		Incident struct {
			ID string `json:"id"`
		} `json:"incident"`
	}
	switch err := json.Unmarshal(envelope.Detail, &detail); {
	case envelope.Source == "" || envelope.DetailType == "" || !isObject(envelope.Detail):
		return errors.New("no event of EventBridge: it needs a source, a detail-type and a detail")
	case k == Events && envelope.Source == notify.Source:
		return errors.New("an incident of Riposte's bus, and no event of CloudTrail")
	case k == Messages && envelope.Source != notify.Source:
		return fmt.Errorf("an event from %q, and no incident of Riposte's bus", envelope.Source)
	case k == Messages && (err != nil || detail.Incident.ID == ""):
		return errors.New("a message that names no incident")
	}
	p.EventID, p.Incident = envelope.ID, detail.Incident.ID
	var id string
	if json.Unmarshal(detail.EventID, &id) == nil && id != "" {
		p.EventID = id
	}
	return nil
}

func isObject(raw json.RawMessage) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(raw, &object) == nil && object != nil
}

// FunctionName returns the name of a function by its ARN, which may end with a version or an alias. What is no ARN is
// taken for a name.
func FunctionName(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 || parts[2] != "lambda" {
		return arn
	}
	return parts[6]
}

// joined joins what is there of a code and a text.
func joined(code, text string) string {
	if code == "" || text == "" {
		return code + text
	}
	return code + ": " + text
}
