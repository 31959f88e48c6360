package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// deadLetters are the queues and functions of a stack named Riposte, and its outputs. Each queue holds what a queue of its
// kind may hold, and poison. The queues of the stack in eu-west-1 are out of reach.
type deadLetters struct {
	mu     sync.Mutex
	queues map[string][]fakeLetter
	serial int
	signed map[string]string // access keys, by the call that they signed
}

type fakeLetter struct {
	id, body, group string
	sent            time.Time
	attributes      map[string]string
	hidden          bool
	receipt         string
}

func newDeadLetters() *deadLetters {
	event := func(id string) string {
		return fmt.Sprintf(`{"id":"b-%[1]s","source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":{"eventID":%[1]q,"eventName":"CreateUser"}}`, id)
	}
	told := `{"id":"b-7","source":"riposte","detail-type":"Incident Opened","detail":{"due":1,"incident":{"id":"inc-7"}}}`
	failure := func(function, payload string) string {
		return fmt.Sprintf(`{"requestContext":{"functionArn":"arn:aws:lambda:us-east-1:111122223333:function:%s:$LATEST","condition":"RetriesExhausted"},
"requestPayload":%s,"responsePayload":{"errorMessage":"the ledger is out of reach"}}`, function, payload)
	}
	hour, days := clock().Add(-time.Hour), clock().Add(-49*time.Hour)
	return &deadLetters{signed: map[string]string{}, queues: map[string][]fakeLetter{
		"Riposte-LostEvents": {
			{id: "m-1", body: event("e-1"), sent: days, attributes: map[string]string{"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "may not\x1b[2J invoke"}},
			{id: "m-2", body: "poison", sent: hour},
		},
		"Riposte-FailedEvents":   {{id: "m-3", body: failure("Riposte-detect", event("e-3")), sent: hour}},
		"Riposte-LostMessages":   {{id: "m-4", body: told, sent: hour}},
		"Riposte-FailedMessages": {{id: "m-5", body: failure("payroll", told), sent: hour}},
		"Riposte-LostJobs.fifo":  {{id: "m-6", body: `{"incident":"inc-6","group":"user/bob"}`, group: "user/bob", sent: hour}},
		"Riposte-Jobs.fifo":      nil,
	}}
}

// answers reports whether a request is for one of the services that hold or take dead letters, and answers it.
func (d *deadLetters) answers(w http.ResponseWriter, r *http.Request) bool {
	target := r.Header.Get("X-Amz-Target")
	_, key, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	d.mu.Lock()
	d.signed[cmp.Or(target, r.URL.Path)], _, _ = strings.Cut(key, "/")
	d.mu.Unlock()
	switch {
	case strings.HasPrefix(target, "AmazonSQS."):
		d.sqs(w, r, strings.TrimPrefix(target, "AmazonSQS."))
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
		w.WriteHeader(http.StatusAccepted)
	case target == "" && r.PostFormValue("Action") == "DescribeStacks":
		describeStack(w, r)
	default:
		return false
	}
	return true
}

func describeStack(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	regional := strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/")
	if name := r.PostFormValue("StackName"); name != "Riposte" || regional {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id %s does not exist</Message></Error></ErrorResponse>`, name)
		return
	}
	var outputs strings.Builder
	output := func(key, value string) {
		fmt.Fprintf(&outputs, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", key, value)
	}
	for _, name := range []string{"LostEvents", "FailedEvents", "LostMessages", "FailedMessages", "LostJobs.fifo", "Jobs.fifo"} {
		output(strings.TrimSuffix(name, ".fifo")+"Url", "https://sqs.us-east-1.amazonaws.com/111122223333/Riposte-"+name)
	}
	output("Places", "us-east-1,444455556666/us-east-1")
	fmt.Fprintf(w, `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>Riposte</StackName><CreationTime>2026-11-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>%s</Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, outputs.String())
}

func (d *deadLetters) sqs(w http.ResponseWriter, r *http.Request, operation string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var in struct {
		QueueURL          string `json:"QueueUrl"`
		ReceiptHandle     string
		VisibilityTimeout int
		MessageBody       string
		MessageGroupID    string `json:"MessageGroupId"`
	}
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	name := path.Base(in.QueueURL)
	letters, ok := d.queues[name]
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`))
		return
	}
	at := slices.IndexFunc(letters, func(l fakeLetter) bool { return l.receipt == in.ReceiptHandle })
	out := map[string]any{}
	switch operation {
	case "ReceiveMessage":
		out["Messages"] = d.receive(letters)
	case "ChangeMessageVisibility":
		letters[at].hidden = in.VisibilityTimeout > 0
	case "DeleteMessage":
		d.queues[name] = slices.Delete(letters, at, at+1)
	case "SendMessage":
		d.queues[name] = append(letters, fakeLetter{body: in.MessageBody, group: in.MessageGroupID})
		out["MessageId"] = "m-new"
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (d *deadLetters) receive(letters []fakeLetter) []map[string]any {
	var messages []map[string]any
	for n := range letters {
		l := &letters[n]
		if l.hidden {
			continue
		}
		d.serial++
		l.hidden, l.receipt = true, fmt.Sprint("receipt-", d.serial)
		system := map[string]string{"SentTimestamp": fmt.Sprint(l.sent.UnixMilli())}
		if l.group != "" {
			system["MessageGroupId"] = l.group
		}
		custom := map[string]any{}
		for name, value := range l.attributes {
			custom[name] = map[string]string{"DataType": "String", "StringValue": value}
		}
		messages = append(messages, map[string]any{
			"MessageId": l.id, "ReceiptHandle": l.receipt, "Body": l.body, "Attributes": system, "MessageAttributes": custom,
		})
	}
	return messages
}
