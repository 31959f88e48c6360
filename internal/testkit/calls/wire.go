package calls

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"riposte/pkg/ledger/schema"
)

// A Wire is an endpoint in front of another that writes down every call that goes through.
type Wire struct {
	URL string

	mu    sync.Mutex
	calls []Call
}

// Tap puts a wire in front of the endpoint at target until the test ends. account is the account of the calls.
func Tap(tb testing.TB, target, account string) *Wire {
	tb.Helper()
	to, err := url.Parse(target)
	if err != nil {
		tb.Fatal(err)
	}
	w := &Wire{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Errorf("read a call: %v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		call := callOf(r.Method+" "+r.URL.Path, r.Header, body)
		call.Account = account
		w.mu.Lock()
		w.calls = append(w.calls, call)
		w.mu.Unlock()
		proxy.ServeHTTP(rw, r)
	}))
	tb.Cleanup(server.Close)
	w.URL = server.URL
	return w
}

// Take returns the calls since the last time.
func (w *Wire) Take() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.calls
	w.calls = nil
	return taken
}

// scope finds region and service in a signature.
var scope = regexp.MustCompile(`Credential=[^/]+/[0-9]+/([^/]+)/([^/]+)/aws4_request`)

// service returns the name that the SDK gives a service whose protocol names it in a header.
func service(target string) string {
	switch target {
	case "DynamoDB_20120810":
		return "DynamoDB"
	case "AmazonSQS":
		return "SQS"
	case "AWSEvents":
		return "EventBridge"
	case "secretsmanager":
		return "Secrets Manager"
	case "AWSOrganizationsV20161128":
		return "Organizations"
	}
	return target
}

// findings are the calls of Security Hub that notify makes: its protocol names them by method and path.
func findings(request string) string {
	switch request {
	case "POST /findings/import":
		return "BatchImportFindings"
	case "POST /findings":
		return "GetFindings"
	case "PATCH /findings/batchupdate":
		return "BatchUpdateFindings"
	}
	return request
}

// callOf reads a call off the wire. What is not known keeps the name that the wire gives it, which no table has.
func callOf(request string, header http.Header, body []byte) Call {
	c := Call{}
	signed := ""
	if m := scope.FindStringSubmatch(header.Get("Authorization")); m != nil {
		c.Region, signed = m[1], m[2]
	}
	if target, operation, ok := strings.Cut(header.Get("X-Amz-Target"), "."); ok {
		in := members{}
		_ = json.Unmarshal(body, &in)
		c.Service, c.Operation, c.Input = service(target), operation, in
		if c.Service == "DynamoDB" {
			records(in)
		}
		return c
	}
	if signed == "securityhub" {
		c.Service, c.Operation, c.Input = "SecurityHub", findings(request), members{}
		return c
	}
	form, _ := url.ParseQuery(string(body))
	in := members{}
	for name, values := range form {
		in[name] = values[0]
	}
	c.Service, c.Operation, c.Input = strings.ToUpper(signed), form.Get("Action"), in
	return c
}

// keyName finds the value that a query's condition compares the partition key with.
var keyName = regexp.MustCompile(`^#pk = (:\w+)`)

// records adds what IAM sees of a call on a table: which table or index, and the partition key.
func records(in members) {
	in["Records"], _ = in["TableName"].(string)
	key := append(in.texts("Key."+schema.PartitionKey+".S"), in.texts("Item."+schema.PartitionKey+".S")...)
	if condition := in.texts("KeyConditionExpression"); len(condition) == 1 {
		if m := keyName.FindStringSubmatch(condition[0]); m != nil {
			key = in.texts("ExpressionAttributeValues." + m[1] + ".S")
		}
	}
	if index := in.texts("IndexName"); len(index) == 1 {
		in["Records"] = in["Records"].(string) + "/index/" + index[0]
	}
	if len(key) == 1 {
		in["LeadingKey"] = key[0]
	}
}
