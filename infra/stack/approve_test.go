package stack

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOnlySlackHasAnAddress holds that the one thing with an address on the Internet is the function for answers, that it is
// there for a Slack app only, and that callers have both of the permissions that they need.
func TestOnlySlackHasAnAddress(t *testing.T) {
	for name, tpl := range every(t) {
		urls := tpl.ofType("AWS::Lambda::Url")
		slack := len(tpl.ofType("AWS::Lambda::Function")) > 0 && len(deployedFunctions(tpl)) == 5
		if (len(urls) == 1) != slack || len(urls) > 1 {
			t.Errorf("%s: %d addresses, and a function for answers: %v", name, len(urls), slack)
		}
		for _, u := range urls {
			if text(u.Properties["TargetFunctionArn"]) != "<Approve.Arn>" || u.Properties["AuthType"] != "NONE" || u.Properties["Cors"] != nil {
				t.Errorf("%s: address %v", name, u.Properties)
			}
		}
		got := map[string]bool{}
		for _, p := range tpl.ofType("AWS::Lambda::Permission") {
			if p.Properties["Principal"] != "*" {
				continue
			}
			by := ""
			if p.Properties["FunctionUrlAuthType"] == "NONE" || p.Properties["InvokedViaFunctionUrl"] == true {
				by = " by its address"
			}
			got[text(p.Properties["Action"])+" on "+text(p.Properties["FunctionName"])+by] = true
		}
		want := map[string]bool{}
		if slack {
			want["lambda:InvokeFunctionUrl on <Approve.Arn> by its address"], want["lambda:InvokeFunction on <Approve.Arn> by its address"] = true, true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: what everybody may call (-want +got):\n%s", name, diff)
		}
	}
}
