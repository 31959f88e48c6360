package process_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	evtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/internal/testkit/moto"
	"riposte/internal/testkit/runtimeapi"
	"riposte/pkg/ledger"
	"riposte/pkg/routing"
)

// synthesised is the template as the CDK makes it, without riposte.yaml.
const synthesised = "../../infra/testdata/template.golden.json"

// TestDeployed deploys the synthesised template into moto's CloudFormation and runs the real functions with exactly the
// environment that CloudFormation gave them: an event goes from the rule that matches it to the message, through the
// queue, the bus and the ledger of the stack.
func TestDeployed(t *testing.T) {
	a := &account{t: t, server: moto.Start(t), slack: newSlack(t)}
	a.cfg = a.server.Config()
	outputs := a.deploy(synthesised)
	for _, name := range []string{"Table", "JobsUrl", "TopicArn", "ListCommand", "StopCommand"} {
		if outputs[name] == "" {
			t.Errorf("the stack has no output %s", name)
		}
	}
	a.table, a.queueURL, a.topicARN = outputs["Table"], outputs["JobsUrl"], outputs["TopicArn"]
	var mailARN, busARN string
	a.mailURL, mailARN = a.createQueue("mail", nil)
	a.busURL, busARN = a.createQueue("bus", nil)
	if _, err := sns.NewFromConfig(a.cfg).Subscribe(t.Context(), &sns.SubscribeInput{
		TopicArn: &a.topicARN, Protocol: aws.String("sqs"), Endpoint: &mailARN,
	}); err != nil {
		t.Fatal(err)
	}
	a.listen(busARN)

	key := a.createAccessKey("bob")
	event := a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de301", "bob", key)
	if to := a.routed(event); !slices.Equal(to, []string{"Riposte-detect"}) {
		t.Errorf("the rules send the event to %v, want to detect and nobody else", to)
	}
	detect, remediate, notify := a.startDeployed("detect"), a.startDeployed("remediate"), a.startDeployed("notify")
	a.invoke(detect, event)
	a.pump(remediate, notify)
	in := a.incident()
	if in.State != ledger.Open || in.Rule != "IAM-002" || !strings.Contains(in.Reason, "observe") {
		t.Errorf("incident of %s is %s: %s; want an alert, since there is no riposte.yaml", in.Rule, in.State, in.Reason)
	}
	if mails := a.mails(); len(mails) != 1 || !strings.Contains(mails[0], in.ID) {
		t.Errorf("the topic got %q, want one message", mails)
	}
	if got := a.keyStatus("bob", key); got != types.StatusTypeActive {
		t.Errorf("the key is %s: nothing may be changed without riposte.yaml", got)
	}

	a.config = filepath.Join(t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(a.config, []byte("stance: enforce\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	key = a.createAccessKey("carol")
	a.invoke(a.startDeployed("detect", "RIPOSTE_CONFIG="+a.config), a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de302", "carol", key))
	a.pump(remediate, notify)
	if got := a.keyStatus("carol", key); got != types.StatusTypeInactive {
		t.Errorf("the key is %s under stance enforce\nremediate said:\n%s", got, remediate.Log())
	}
	if mails := a.mails(); len(mails) != 2 {
		t.Errorf("%d messages, want one for opened and one for remediated", len(mails))
	}
}

// deploy makes a stack of a template and returns its outputs.
func (a *account) deploy(path string) map[string]string {
	a.t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		a.t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(raw, &template); err != nil {
		a.t.Fatal(err)
	}
	a.bendForMoto(template)
	body, err := json.Marshal(template)
	if err != nil {
		a.t.Fatal(err)
	}
	const assets = "assets"
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	if _, err := archive.Create("bootstrap"); err != nil {
		a.t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		a.t.Fatal(err)
	}
	files := s3.NewFromConfig(a.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := files.CreateBucket(a.t.Context(), &s3.CreateBucketInput{Bucket: aws.String(assets)}); err != nil {
		a.t.Fatal(err)
	}
	for name, content := range map[string][]byte{"code.zip": code.Bytes(), "template.json": body} {
		if _, err := files.PutObject(a.t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(assets), Key: &name, Body: bytes.NewReader(content),
		}); err != nil {
			a.t.Fatal(err)
		}
	}
	api := cloudformation.NewFromConfig(a.cfg)
	if _, err := api.CreateStack(a.t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("Riposte"), TemplateURL: aws.String("https://s3.amazonaws.com/" + assets + "/template.json"),
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityNamedIam},
	}); err != nil {
		a.t.Fatal(err)
	}
	out, err := api.DescribeStacks(a.t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("Riposte")})
	if err != nil || len(out.Stacks) != 1 || out.Stacks[0].StackStatus != cfntypes.StackStatusCreateComplete {
		a.t.Fatalf("the stack is %+v: %v", out, err)
	}
	outputs := map[string]string{}
	for _, o := range out.Stacks[0].Outputs {
		outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	return outputs
}

// bendForMoto changes what moto's CloudFormation cannot take, and nothing else: it knows neither bootstrapping nor rules,
// has no code but what lies in a bucket, gives queues no name that ends in .fifo, takes a pattern as an object only, and a
// reference to a bus for an object of its own.
func (a *account) bendForMoto(template map[string]any) {
	a.t.Helper()
	delete(template, "Rules")
	if parameters, ok := template["Parameters"].(map[string]any); ok {
		delete(parameters, "BootstrapVersion")
	}
	resources := template["Resources"].(map[string]any)
	buses := map[string]string{}
	for id, r := range resources {
		if r := r.(map[string]any); r["Type"] == "AWS::Events::EventBus" {
			buses[id] = r["Properties"].(map[string]any)["Name"].(string)
		}
	}
	for id, r := range resources {
		r := r.(map[string]any)
		properties, _ := r["Properties"].(map[string]any)
		switch r["Type"] {
		case "AWS::Lambda::Function":
			properties["Code"] = map[string]any{"S3Bucket": "assets", "S3Key": "code.zip"}
		case "AWS::SQS::Queue":
			if properties["FifoQueue"] == true {
				properties["QueueName"] = "Riposte-" + id + ".fifo"
			}
		case "AWS::Events::Rule":
			var pattern map[string]any
			if err := json.Unmarshal([]byte(joined(properties["EventPattern"])), &pattern); err != nil {
				a.t.Fatalf("pattern of %s: %v", id, err)
			}
			properties["EventPattern"] = pattern
		}
		replaceReferences(properties, buses)
	}
	if outputs, ok := template["Outputs"].(map[string]any); ok {
		replaceReferences(outputs, buses)
	}
}

// joined returns a text that a template joins of texts and pseudo parameters.
func joined(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok {
			var out strings.Builder
			for _, part := range join[1].([]any) {
				out.WriteString(joined(part))
			}
			return out.String()
		}
		switch v["Ref"] {
		case "AWS::Partition":
			return "aws"
		case "AWS::AccountId":
			return moto.Account
		case "AWS::Region":
			return "us-east-1"
		}
	}
	return ""
}

// replaceReferences puts names in the place of references to them.
func replaceReferences(in any, names map[string]string) {
	replace := func(v any) (string, bool) {
		reference, ok := v.(map[string]any)
		if !ok || len(reference) != 1 {
			return "", false
		}
		id, _ := reference["Ref"].(string)
		name, ok := names[id]
		return name, ok
	}
	switch v := in.(type) {
	case map[string]any:
		for key, value := range v {
			if name, ok := replace(value); ok {
				v[key] = name
				continue
			}
			replaceReferences(value, names)
		}
	case []any:
		for n, value := range v {
			if name, ok := replace(value); ok {
				v[n] = name
				continue
			}
			replaceReferences(value, names)
		}
	}
}

// listen puts a queue in the place of notify on Riposte's bus, since moto invokes no function.
func (a *account) listen(queue string) {
	a.t.Helper()
	api, rule, bus := eventbridge.NewFromConfig(a.cfg), aws.String("Riposte-messages"), aws.String("riposte")
	was, err := api.ListTargetsByRule(a.t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: rule, EventBusName: bus})
	if err != nil || len(was.Targets) != 1 || !strings.HasSuffix(aws.ToString(was.Targets[0].Arn), ":function:Riposte-notify") {
		a.t.Fatalf("messages go to %+v, want notify alone: %v", was, err)
	}
	if _, err = api.RemoveTargets(a.t.Context(), &eventbridge.RemoveTargetsInput{
		Rule: rule, EventBusName: bus, Ids: []string{aws.ToString(was.Targets[0].Id)},
	}); err != nil {
		a.t.Fatal(err)
	}
	if _, err = api.PutTargets(a.t.Context(), &eventbridge.PutTargetsInput{
		Rule: rule, EventBusName: bus, Targets: []evtypes.Target{{Id: aws.String("test"), Arn: &queue}},
	}); err != nil {
		a.t.Fatal(err)
	}
}

// routed returns the functions to which the rules on the default bus send an event, each once.
func (a *account) routed(event []byte) []string {
	a.t.Helper()
	api := eventbridge.NewFromConfig(a.cfg)
	var to []string
	var next *string
	for {
		page, err := api.ListRules(a.t.Context(), &eventbridge.ListRulesInput{NextToken: next})
		if err != nil {
			a.t.Fatal(err)
		}
		for _, rule := range page.Rules {
			m, err := routing.Parse([]byte(aws.ToString(rule.EventPattern)))
			if err != nil {
				a.t.Fatalf("pattern of %s: %v", aws.ToString(rule.Name), err)
			}
			if matches, err := m.Match(event); err != nil || !matches {
				continue
			}
			targets, err := api.ListTargetsByRule(a.t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: rule.Name})
			if err != nil {
				a.t.Fatal(err)
			}
			for _, target := range targets.Targets {
				_, name, _ := strings.Cut(aws.ToString(target.Arn), ":function:")
				to = append(to, name)
			}
		}
		if next = page.NextToken; next == nil {
			return slices.Compact(slices.Sorted(slices.Values(to)))
		}
	}
}

// startDeployed runs a function with the environment that the stack gave it, moto's address and credentials, and more.
func (a *account) startDeployed(name string, more ...string) *runtimeapi.Function {
	a.t.Helper()
	out, err := lambda.NewFromConfig(a.cfg).GetFunctionConfiguration(a.t.Context(),
		&lambda.GetFunctionConfigurationInput{FunctionName: aws.String("Riposte-" + name)})
	if err != nil {
		a.t.Fatal(err)
	}
	env := a.server.Environ()
	for _, key := range slices.Sorted(maps.Keys(out.Environment.Variables)) {
		env = append(env, key+"="+out.Environment.Variables[key])
	}
	f, err := runtimeapi.Start(a.t.Context(), filepath.Join(*bootstraps, name), append(env, more...))
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(f.Kill)
	return f
}
