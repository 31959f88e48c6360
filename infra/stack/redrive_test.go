package stack

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/loopback"
	"riposte/pkg/app/deadletters"
	"riposte/pkg/redrive"
)

// TestRedriveFindsEveryQueue holds that "riposte redrive" finds by the stacks' outputs every queue in which something can be lost,
// in every region, and those that it is given to again.
func TestRedriveFindsEveryQueue(t *testing.T) {
	all, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	got, err := deadletters.ReadStack(t.Context(), describing(t, all), homeStack, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := deadletters.Stack{
		Region: "us-east-1", Jobs: "<Jobs>", Functions: map[redrive.Kind]string{redrive.Events: "<Detect>", redrive.Messages: "<Notify>"},
	}
	home := map[string]redrive.Kind{
		"FailedEvents": redrive.Events, "FailedMessages": redrive.Messages, "LostEvents": redrive.Events, "LostJobs": redrive.Jobs, "LostMessages": redrive.Messages,
	}
	for _, region := range []string{"ap-southeast-2", "eu-north-1", "us-east-1", "us-east-2", "us-west-2"} {
		kinds := map[string]redrive.Kind{"LostForwards": redrive.Events}
		if region == "us-east-1" {
			kinds = home
		}
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			want.Places = append(want.Places, deadletters.Place{Name: name, URL: "<" + name + ">", Region: region, Kind: kinds[name]})
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is found (-want +got):\n%s", diff)
	}
	if n := len(lines(plainTemplate(t))); n != len(home) {
		t.Errorf("%d queues hold what was lost at home, and %d are looked at", n, len(home))
	}
	for name, tpl := range map[string]template{"spoke": spokeTemplateOf(t), "alone": get(t, spokes, outpostStack)} {
		if url := text(tpl.Outputs["LostForwardsUrl"].Value); url != "<LostForwards>" {
			t.Errorf("%s does not say where its queue is: %s", name, url)
		}
	}
}

// TestCommandsInOutputs holds that the commands which a deployment prints name its own stack.
func TestCommandsInOutputs(t *testing.T) {
	all, err := synthAll(Settings{}, func(s *Settings) { s.StackName = "Guard" })
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"RedriveCommand": "riposte redrive --dry-run --stack Guard", "ReplayJobsCommand": "riposte redrive jobs --stack Guard",
		"Places": "us-east-1,ap-southeast-2,eu-north-1,us-east-2,us-west-2",
	} {
		if got := text(all["Guard"].Outputs[name].Value); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// describing returns a configuration whose CloudFormation has the stacks of a deployment, each where it belongs.
func describing(t *testing.T, stacks map[string]template) aws.Config {
	t.Helper()
	type output struct{ OutputKey, OutputValue string }
	type stack struct {
		StackName string
		Outputs   []output `xml:"Outputs>member"`
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, region := r.FormValue("StackName"), "us-east-1"
		tpl, ok := stacks[name]
		if _, of, other := strings.Cut(name, homeStack+"-"); other {
			region = of
		}
		if !ok || !strings.Contains(r.Header.Get("Authorization"), "/"+region+"/cloudformation/") {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id ` + name + ` does not exist</Message></Error></ErrorResponse>`))
			return
		}
		s := stack{StackName: name}
		for key, o := range tpl.Outputs {
			s.Outputs = append(s.Outputs, output{key, text(o.Value)})
		}
		_ = xml.NewEncoder(w).Encode(struct {
			XMLName xml.Name `xml:"DescribeStacksResponse"`
			Stacks  []stack  `xml:"DescribeStacksResult>Stacks>member"`
		}{Stacks: []stack{s}})
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: loopback.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	}
}
