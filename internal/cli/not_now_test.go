package cli

import (
	"errors"
	"net/http"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/aws/smithy-go"

	"riposte/pkg/engine"
)

// TestNotNow holds which failures to learn whose the credentials are pass by themselves: an overloaded API, and neither a
// denial nor credentials that are wrong.
func TestNotNow(t *testing.T) {
	status := func(code int) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New("no")}
	}
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"throttled":          {&smithy.GenericAPIError{Code: "Throttling"}, true},
		"unavailable":        {status(http.StatusServiceUnavailable), true},
		"denied":             {&smithy.GenericAPIError{Code: "AccessDenied"}, false},
		"an expired token":   {&smithy.GenericAPIError{Code: "ExpiredToken"}, false},
		"forbidden":          {status(http.StatusForbidden), false},
		"no credentials":     {errors.New("failed to retrieve credentials"), false},
		"an unknown failure": {errors.New("x"), false},
	} {
		got := notNow(tt.err)
		if errors.Is(got, engine.ErrNotNow) != tt.want || !errors.Is(got, tt.err) {
			t.Errorf("%s: %v, want it to pass by itself: %v", name, got, tt.want)
		}
	}
}
