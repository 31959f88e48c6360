package stack

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/engine"
	"riposte/pkg/ledger/schema"
)

// TestLedgerIsKept holds that the record of what was changed survives mistakes.
func TestLedgerIsKept(t *testing.T) {
	tpl := plainTemplate(t)
	table := tpl.one(t, "AWS::DynamoDB::Table", "Ledger")
	p := table.Properties
	got := map[string]any{
		"recovery": p["PointInTimeRecoverySpecification"].(map[string]any)["PointInTimeRecoveryEnabled"],
		"ttl":      p["TimeToLiveSpecification"],
		"key":      text(p["SSESpecification"].(map[string]any)["KMSMasterKeyId"]),
		"billing":  p["BillingMode"],
		"locked":   p["DeletionProtectionEnabled"],
		"policy":   table.DeletionPolicy,
		"keys":     keySchema(p["KeySchema"]),
		"feed":     keySchema(p["GlobalSecondaryIndexes"].([]any)[0].(map[string]any)["KeySchema"]),
		"index":    p["GlobalSecondaryIndexes"].([]any)[0].(map[string]any)["IndexName"],
	}
	want := map[string]any{
		"recovery": true,
		"ttl":      map[string]any{"AttributeName": schema.TimeToLive, "Enabled": true},
		"key":      "<Key.Arn>",
		"billing":  "PAY_PER_REQUEST",
		"locked":   true,
		"policy":   "Retain",
		"keys":     schema.PartitionKey + " " + schema.SortKey,
		"feed":     schema.FeedPartition + " " + schema.FeedSort,
		"index":    schema.FeedIndex,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the ledger (-want +got):\n%s", diff)
	}
	key := tpl.one(t, "AWS::KMS::Key", "Key")
	if key.DeletionPolicy != "Retain" || key.Properties["EnableKeyRotation"] != true {
		t.Errorf("the key of the ledger: deletion %s, rotation %v", key.DeletionPolicy, key.Properties["EnableKeyRotation"])
	}
	for id, r := range tpl.Resources {
		if r.DeletionPolicy == "Retain" && r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s outlives the stack and not an update that replaces it", id)
		}
	}
}

// TestStacksAreProtected holds that no stack can be deleted by one call.
func TestStacksAreProtected(t *testing.T) {
	for name, edit := range map[string]func(*Settings){"single": func(*Settings) {}, "hub": organization, "spoke": lonelySpoke} {
		dir := t.TempDir()
		s, err := fillIn(Settings{}, dir)
		if err != nil {
			t.Fatal(err)
		}
		edit(&s)
		stacks, err := New(awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(filepath.Join(dir, "cdk.out"))}), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, stack := range stacks {
			if protected := stack.TerminationProtection(); protected == nil || !*protected {
				t.Errorf("%s: one call deletes the stack %s", name, *stack.StackName())
			}
		}
	}
}

func keySchema(v any) string {
	var names []string
	for _, k := range v.([]any) {
		names = append(names, k.(map[string]any)["AttributeName"].(string))
	}
	return strings.Join(names, " ")
}

// TestEverythingIsEncrypted holds that what waits is under Riposte's key and travels by TLS only.
func TestEverythingIsEncrypted(t *testing.T) {
	tpl := plainTemplate(t)
	tls := map[string]bool{}
	for _, kind := range []string{"AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"} {
		for _, p := range tpl.ofType(kind) {
			for _, s := range statements(p.Properties["PolicyDocument"]) {
				if s.effect == "Deny" && slices.Equal(s.principals, []string{"AWS *"}) && slices.Equal(s.condition, []string{"Bool aws:SecureTransport = false"}) {
					tls[strings.TrimSuffix(strings.Trim(s.resources[0], "<>"), ".Arn")] = true
				}
			}
		}
	}
	for _, kind := range []string{"AWS::SQS::Queue", "AWS::SNS::Topic"} {
		for id, r := range tpl.ofType(kind) {
			if text(r.Properties["KmsMasterKeyId"]) != "<Key.Arn>" {
				t.Errorf("%s is under the key %s", id, text(r.Properties["KmsMasterKeyId"]))
			}
			if !tls[short(id)] {
				t.Errorf("%s can be used without TLS", id)
			}
		}
	}
}

// TestKeyPolicyIsMinimal holds who may use the key without a permission in IAM.
func TestKeyPolicyIsMinimal(t *testing.T) {
	var got []string
	for _, s := range statements(plainTemplate(t).one(t, "AWS::KMS::Key", "Key").Properties["KeyPolicy"]) {
		got = append(got, strings.Join(s.principals, "; ")+" may "+strings.Join(s.actions, ", ")+" if "+strings.Join(s.condition, " and "))
	}
	want := []string{
		"AWS arn:aws:iam::<AWS::AccountId>:root may kms:* if ",
		"Service events.amazonaws.com may kms:Decrypt, kms:GenerateDataKey if " +
			"ArnLike kms:EncryptionContext:aws:sqs:arn = arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:Riposte-*",
		"Service cloudwatch.amazonaws.com may kms:Decrypt, kms:GenerateDataKey if " +
			"ArnLike aws:SourceArn = arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:Riposte-*" +
			" and StringEquals aws:SourceAccount = <AWS::AccountId>",
		"Service events.amazonaws.com may kms:Decrypt, kms:GenerateDataKey if " +
			"ArnLike kms:EncryptionContext:aws:sns:topicArn = arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:Riposte-*",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the key's policy (-want +got):\n%s", diff)
	}
}

// TestFunctions holds how the functions are run.
func TestFunctions(t *testing.T) {
	tpl := configuredTemplate(t)
	for _, f := range deployedFunctions(tpl) {
		p := tpl.one(t, "AWS::Lambda::Function", titled(string(f))).Properties
		got := []string{
			text(p["Runtime"]), text(p["Architectures"]), text(p["Handler"]), text(p["LoggingConfig"].(map[string]any)["LogFormat"]),
			text(p["LoggingConfig"].(map[string]any)["LogGroup"]), text(p["Role"]), text(p["FunctionName"]),
		}
		name := titled(string(f))
		want := []string{"provided.al2023", `["arm64"]`, "bootstrap", "JSON", "<" + name + "Logs>", "<" + name + "Role.Arn>", "Riposte-" + string(f)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
		logs := tpl.one(t, "AWS::Logs::LogGroup", name+"Logs")
		if logs.Properties["RetentionInDays"] != 365.0 || logs.DeletionPolicy != "Retain" {
			t.Errorf("the log of %s is kept for %v days and %s with the stack", f, logs.Properties["RetentionInDays"], logs.DeletionPolicy)
		}
	}
	if timeout := tpl.one(t, "AWS::Lambda::Function", "Notify").Properties["Timeout"].(float64); timeout < 4*engine.NotifyLease.Seconds() {
		t.Errorf("notify may take %v s, less than %v to wait and %[2]v to tell for each of two ways of telling", timeout, engine.NotifyLease)
	}
}

// TestEnvironment holds that each function gets the variables that its code reads, and no others. What the code requires
// is there without a riposte.yaml, and everything that it reads is there with one.
func TestEnvironment(t *testing.T) {
	for f, folder := range map[function]string{detect: "detector", remediate: "remediator", notify: "notifier", heartbeat: "heartbeat", approve: "approver"} {
		required, read := variables(t, filepath.Join("..", "..", "pkg", "app", folder))
		if len(required) == 0 {
			t.Errorf("%s requires nothing: has the way of reading the environment changed?", folder)
		}
		without := environment(t, configuredTemplate(t), f)
		if f != approve {
			without = environment(t, plainTemplate(t), f)
		}
		with := environment(t, get(t, fullHubs, homeStack), f)
		read = append(read, "RIPOSTE_STACK") // by what they all log with
		for _, name := range required {
			if without[name] == "" {
				t.Errorf("%s requires %s", f, name)
			}
		}
		for _, name := range read {
			if name == "RIPOSTE_SLACK_URL" {
				continue // for tests on one machine
			}
			if with[name] == "" {
				t.Errorf("%s can read %s and never gets it", f, name)
			}
		}
		for name := range with {
			if !slices.Contains(append(read, "GOGC", "GOMEMLIMIT"), name) { // those are Go's own
				t.Errorf("%s gets %s and does not read it", f, name)
			}
		}
		if limit := with["GOMEMLIMIT"]; with["GOGC"] != "off" || limit != "192MiB" {
			t.Errorf("%s collects at %s and keeps below %s: without a limit it would grow until Lambda ends it", f, with["GOGC"], limit)
		}
	}
	for name, want := range map[string]string{
		"RIPOSTE_OWN_ROLES": "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-detect," +
			"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-remediate,arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-notify," +
			"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-heartbeat,arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-approve",
		"RIPOSTE_CONFIG":    "/var/task/riposte.yaml",
		"RIPOSTE_ACCOUNT":   "<AWS::AccountId>",
		"RIPOSTE_QUEUE_URL": "<Jobs>",
		"RIPOSTE_TABLE":     "<Ledger>",
		"RIPOSTE_BUS":       "<Bus>",
	} {
		if got := environment(t, configuredTemplate(t), detect)[name]; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := environment(t, plainTemplate(t), notify)["RIPOSTE_SNS_TOPIC"]; got != "<Topic>" {
		t.Errorf("without riposte.yaml incidents go to %s, not to Riposte's own topic", got)
	}
	if got := environment(t, configuredTemplate(t), notify)["RIPOSTE_SNS_TOPIC"]; got != everything().Topic {
		t.Errorf("incidents go to %s, not to the topic of riposte.yaml", got)
	}
}

func environment(t *testing.T, tpl template, f function) map[string]string {
	t.Helper()
	out := map[string]string{}
	vars := tpl.one(t, "AWS::Lambda::Function", titled(string(f))).Properties["Environment"].(map[string]any)["Variables"]
	for name, v := range vars.(map[string]any) {
		out[name] = text(v)
	}
	return out
}

// variables returns the RIPOSTE_ variables that a package names, and those of them that it requires.
func variables(t *testing.T, folder string) (required, read []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Require" {
					for _, arg := range call.Args {
						required = append(required, named(arg)...)
					}
				}
			}
			if lit, ok := n.(*ast.BasicLit); ok {
				read = append(read, named(lit)...)
			}
			return true
		})
	}
	return required, read
}

func named(n ast.Node) []string {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	name, err := strconv.Unquote(lit.Value)
	if err != nil || !regexp.MustCompile(`^RIPOSTE_[A-Z_]+$`).MatchString(name) {
		return nil
	}
	return []string{name}
}

// TestTemplateFitsEveryAccount holds that nothing of one account stands in the template.
func TestTemplateFitsEveryAccount(t *testing.T) {
	data, err := json.Marshal(plainTemplate(t).raw)
	if err != nil {
		t.Fatal(err)
	}
	if ids := regexp.MustCompile(`\b[0-9]{12}\b`).FindAllString(string(data), -1); len(ids) > 0 {
		t.Errorf("the template names accounts: %v", ids)
	}
	for name, tpl := range every(t) {
		if tpl.Rules["Region"] == nil && !strings.HasSuffix(name, spokeStack) {
			t.Errorf("nothing keeps the template %s out of other regions", name)
		}
	}
}

// TestCfnLint lets the linter of CloudFormation read all templates.
func TestCfnLint(t *testing.T) {
	lint := filepath.Join("..", "..", ".venv", "bin", "cfn-lint")
	if _, err := os.Stat(lint); err != nil {
		t.Fatalf("no cfn-lint at %s: run \"make venv\" first", lint)
	}
	dir := t.TempDir()
	var files []string
	for name, tpl := range every(t) {
		data, err := json.Marshal(tpl.raw)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if out, err := exec.CommandContext(t.Context(), lint, files...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestUnbuiltFunctions holds that nothing is synthesised from functions that were not built.
func TestUnbuiltFunctions(t *testing.T) {
	s, err := ReadSettings(nil, func(string) string { return "" }, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.Assets = t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
	if _, err := New(app, s); err == nil || !strings.Contains(err.Error(), `function detect`) || !strings.Contains(err.Error(), `run "make build"`) {
		t.Errorf("%v, want an error that says what to do", err)
	}
}
