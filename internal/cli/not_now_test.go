package cli

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/aws/smithy-go"

	"riposte/pkg/engine"
)

// TestNotNow holds which failures to learn whose the credentials are pass by themselves: an API that is
// overloaded or out of reach, and neither a
// denial nor credentials that are wrong.
func TestNotNow(t *testing.T) {
	status := func(code int) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New("no")}
	}
	refused := &url.Error{Op: "Post", URL: "http://127.0.0.1:1/", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	op := func(service string, err error) error {
		return &smithy.OperationError{ServiceID: service, OperationName: "GetCallerIdentity", Err: err}
	}
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"throttled":                          {&smithy.GenericAPIError{Code: "Throttling"}, true},
		"unavailable":                        {status(http.StatusServiceUnavailable), true},
		"out of reach":                       {op("STS", refused), true},
		"a role whose giver is out of reach": {op("STS", op("STS", refused)), true},
		"no credentials on this machine":     {op("STS", op("ec2imds", refused)), false},
		"denied":                             {&smithy.GenericAPIError{Code: "AccessDenied"}, false},
		"an expired token":                   {&smithy.GenericAPIError{Code: "ExpiredToken"}, false},
		"forbidden":                          {status(http.StatusForbidden), false},
		"no credentials":                     {errors.New("failed to retrieve credentials"), false},
		"an unknown failure":                 {errors.New("x"), false},
	} {
		got := notNow(tt.err)
		if errors.Is(got, engine.ErrNotNow) != tt.want || !errors.Is(got, tt.err) {
			t.Errorf("%s: %v, want it to pass by itself: %v", name, got, tt.want)
		}
	}
}
