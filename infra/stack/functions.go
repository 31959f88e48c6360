package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// A function is one of Riposte's Lambda functions, by the name of its folder.
type function string

const (
	detect    function = "detect"
	remediate function = "remediate"
	notify    function = "notify"
	heartbeat function = "heartbeat"
	approve   function = "approve"
)

// functionNames lists the functions that are deployed.
func (s Settings) functionNames() []function {
	out := []function{detect, remediate, notify}
	if s.Heartbeat {
		out = append(out, heartbeat)
	}
	if len(s.apps()) > 0 {
		out = append(out, approve)
	}
	return out
}

// The functions' timeouts in seconds, each several times what the work takes, so that a retry of the SDK still fits.
const (
	detectTimeout    = 30
	remediateTimeout = 60 // reading back takes up to 8 seconds a change, because IAM is eventually consistent
	heartbeatTimeout = 30
	approveTimeout   = 10  // it answers within three seconds: Slack waits no longer
	notifyTimeout    = 120 // SNS and Slack, one after the other: each may wait for a claim and then tell, for engine.NotifyLease each
)

// memory buys CPU: at 256 MB a cold start takes a fraction of what it takes at 128 MB, at about the same price.
const memory = 256

// heap is up to how many MB Go lets memory grow before it collects: a cold start ends before it is reached, and most runs do.
// The limit is soft. What lives beyond it is collected ever more often and fails no allocation, and a quarter is left for
// that, for the program itself and for Lambda's runtime.
// https://go.dev/doc/gc-guide#Memory_limit
const heap = memory * 3 / 4

// defaultConcurrency bounds the remediator where nothing is reserved for it.
const defaultConcurrency = 5

// What is reserved for the other functions, so that nobody who uses up the account's executions can blind or silence
// Riposte. It bounds them too: what comes in faster waits in Lambda's own queue.
const (
	detectReserve  = 20 // an event takes a fraction of a second
	notifyReserve  = 10 // Slack takes about one message a second
	approveReserve = 5  // whoever floods its address must not use up the account's executions
)

// A spec is what differs between the functions.
type spec struct {
	function    function
	description string
	timeout     int
	reserve     int // concurrent executions; 0 for none
	environment map[string]string
	permissions []statement
	failures    awssqs.Queue // where events go that were tried too often; nil where the queue has its own
}

func (d *deployment) specs() []spec {
	out := []spec{
		{
			function:    detect,
			description: "Turns CloudTrail events into findings, decisions and incidents. Cannot change the account.",
			timeout:     detectTimeout,
			reserve:     d.reserve(detectReserve),
			environment: d.detectEnvironment(),
			permissions: d.detectPermissions(),
			failures:    d.failedEvents,
		},
		{
			function:    remediate,
			description: "Carries out, verifies and journals the changes that were decided. Alone may change the account.",
			timeout:     remediateTimeout,
			reserve:     d.settings.Concurrency,
			environment: d.remediateEnvironment(),
			permissions: d.remediatePermissions(),
		},
		{
			function:    notify,
			description: "Tells people about incidents. Cannot change the account.",
			timeout:     notifyTimeout,
			reserve:     d.reserve(notifyReserve),
			environment: d.notifyEnvironment(),
			permissions: d.notifyPermissions(),
			failures:    d.failedMessages,
		},
	}
	if d.settings.Heartbeat {
		out = append(out, spec{
			function:    heartbeat,
			description: "Looks whether every account and region is still heard of. Reads only.",
			timeout:     heartbeatTimeout,
			environment: map[string]string{
				"RIPOSTE_TABLE":         *d.table.TableName(),
				"RIPOSTE_ACCOUNT":       *awscdk.Aws_ACCOUNT_ID(),
				"RIPOSTE_PLACES":        d.settings.places(),
				"RIPOSTE_HEARTBEAT_AGE": heartbeatAge.String(),
			},
			permissions: d.heartbeatPermissions(),
		})
	}
	if len(d.settings.apps()) > 0 {
		out = append(out, d.approveSpec())
	}
	for i := range out {
		if d.settings.Configured && out[i].function != heartbeat {
			out[i].environment["RIPOSTE_CONFIG"] = "/var/task/" + configName // where Lambda unpacks the function
		}
		out[i].environment["RIPOSTE_STACK"] = d.settings.StackName
		out[i].environment["GOGC"], out[i].environment["GOMEMLIMIT"] = "off", fmt.Sprintf("%dMiB", heap)
		if d.settings.Tracing {
			out[i].permissions = append(out[i].permissions, trace())
		}
	}
	return out
}

// heartbeatAge is how long ago a place may have beaten last: three beats may be late or lost.
const heartbeatAge = 45 * time.Minute

// trace lets a function write what X-Ray shows.
func trace() statement {
	return statement{
		sid: "Trace", actions: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, resources: []string{"*"},
		why: "X-Ray knows no resource to which segments are written",
	}
}

// reserve returns a number of executions to reserve, none where the account's quota leaves nothing.
func (d *deployment) reserve(executions int) int {
	if d.settings.Concurrency == 0 {
		return 0
	}
	return executions
}

func (d *deployment) detectEnvironment() map[string]string {
	env := map[string]string{
		"RIPOSTE_TABLE":     *d.table.TableName(),
		"RIPOSTE_QUEUE_URL": *d.jobs.QueueUrl(),
		"RIPOSTE_BUS":       *d.bus.EventBusName(),
		"RIPOSTE_ACCOUNT":   *awscdk.Aws_ACCOUNT_ID(),
		"RIPOSTE_OWN_ROLES": strings.Join(fill(d.settings.allRoles()), ","),
		"RIPOSTE_SCOPE":     "account",
	}
	if d.settings.Topology == Members {
		env["RIPOSTE_SCOPE"] = "organization"
	}
	if d.settings.RootTasks {
		env["RIPOSTE_ROOT_TASKS"] = "true"
	}
	return env
}

// remediateEnvironment says of what the remediator may change, and when it settles what waits.
func (d *deployment) remediateEnvironment() map[string]string {
	env := map[string]string{
		"RIPOSTE_TABLE":        *d.table.TableName(),
		"RIPOSTE_BUS":          *d.bus.EventBusName(),
		"RIPOSTE_ACCOUNT":      *awscdk.Aws_ACCOUNT_ID(),
		"RIPOSTE_MAX_RECEIVES": strconv.Itoa(maxReceives),
	}
	if silence := d.settings.policy().Silence; silence.After > 0 {
		env["RIPOSTE_SILENCE_AFTER"], env["RIPOSTE_SILENCE"] = silence.After.String(), "keep"
		if silence.Undo {
			env["RIPOSTE_SILENCE"] = "undo"
		}
	}
	if d.settings.Topology == Members {
		env["RIPOSTE_RESPONDER"], env["RIPOSTE_EXTERNAL_ID"] = d.settings.responderName(), d.settings.ExternalID
		if d.settings.RootTasks {
			env["RIPOSTE_ROOT_TASKS"] = "true"
		}
	}
	return env
}

// homeRoles are the roles of Riposte's functions. They are written out rather than referred to: a role cannot be known before
// the functions that it serves.
func (s Settings) homeRoles() []string {
	var out []string
	for _, f := range s.functionNames() {
		out = append(out, s.functionRole(f))
	}
	return out
}

// memberRoles are the roles under which Riposte makes calls in a member's account.
func (s Settings) memberRoles() []string {
	return []string{"arn:${Partition}:iam::${Account}:role/" + s.responderName()}
}

// allRoles are those under which it makes calls anywhere.
func (s Settings) allRoles() []string {
	if s.Topology != Members {
		return s.homeRoles()
	}
	return append(s.homeRoles(), "arn:${Partition}:iam::*:role/"+s.responderName())
}

func (d *deployment) notifyEnvironment() map[string]string {
	env := map[string]string{
		"RIPOSTE_TABLE":     *d.table.TableName(),
		"RIPOSTE_BUS":       *d.bus.EventBusName(), // notify may not put on it; the commands in messages name it
		"RIPOSTE_SNS_TOPIC": d.incidentTopic(),
		"RIPOSTE_ACCOUNT":   *awscdk.Aws_ACCOUNT_ID(),
		"RIPOSTE_TICK":      "true", // tick sends them
	}
	if d.settings.SlackSecret != "" {
		env["RIPOSTE_SLACK_SECRET"] = d.settings.SlackSecret
	}
	return env
}

func (d *deployment) addFunctions() error {
	for _, s := range d.specs() {
		if err := d.addFunction(s); err != nil {
			return fmt.Errorf("function %s: %w", s.function, err)
		}
	}
	d.takeJobs()
	return nil
}

func (d *deployment) addFunction(s spec) error {
	asset := filepath.Join(d.settings.Assets, string(s.function))
	if _, err := os.Stat(filepath.Join(asset, "bootstrap")); err != nil {
		return fmt.Errorf("%w: run \"make build\" first", err)
	}
	id := titled(string(s.function))
	// The group outlives the stack, because its lines are evidence; its retention empties it.
	logs := awslogs.NewLogGroup(d.stack, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		Retention:     retentions()[d.settings.LogRetentionDays],
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	role, err := d.addRole(s, *logs.LogGroupArn())
	if err != nil {
		return err
	}
	p := &awslambda.FunctionProps{
		FunctionName:     jsii.String(d.name(string(s.function))),
		Description:      jsii.String(s.description),
		Runtime:          awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:     awslambda.Architecture_ARM_64(),
		Handler:          jsii.String("bootstrap"),
		Code:             awslambda.Code_FromAsset(jsii.String(asset), nil),
		MemorySize:       jsii.Number(memory),
		Timeout:          awscdk.Duration_Seconds(jsii.Number(s.timeout)),
		Role:             role,
		LogGroup:         logs,
		LoggingFormat:    awslambda.LoggingFormat_JSON,
		SystemLogLevelV2: awslambda.SystemLogLevel_INFO,
		Environment:      pointers(s.environment),
	}
	if s.reserve > 0 {
		p.ReservedConcurrentExecutions = jsii.Number(s.reserve)
	}
	f := awslambda.NewFunction(d.stack, jsii.String(id), p)
	if d.settings.Tracing { // by the resource: the construct would write a policy of its own
		f.Node().DefaultChild().(awslambda.CfnFunction).SetTracingConfig(
			&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("Active")})
	}
	if s.failures != nil {
		d.retry(id, f, s.failures)
	}
	switch s.function {
	case heartbeat:
		d.lookOnce(id, f)
	case approve:
		d.openToSlack(f)
	case detect, remediate, notify:
	}
	d.functions[s.function] = f
	return nil
}

// addRole adds a function's role. Its name is fixed, so that other policies can name it before it exists.
func (d *deployment) addRole(s spec, logs string) (awsiam.Role, error) {
	permissions := append(s.permissions, statement{
		sid: "Logs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{logs},
	})
	var grants []statement
	if s.function == remediate {
		var err error
		if grants, err = d.grants(true); err != nil {
			return nil, err
		}
		permissions = append(permissions, d.remediateLimits(permissions)...)
	}
	policy, err := document(permissions)
	if err != nil {
		return nil, err
	}
	role := awsiam.NewRole(d.stack, jsii.String(titled(string(s.function))+"Role"), &awsiam.RoleProps{
		RoleName:       jsii.String(d.name(string(s.function))),
		Description:    jsii.String(s.description),
		AssumedBy:      awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{string(s.function): policy},
	})
	acceptWildcards(role, permissions)
	_, err = d.attachPacked("Remediate", role, grants)
	return role, err
}

// retry says how often Lambda tries an event that EventBridge handed over, for how long, and where it goes then.
func (d *deployment) retry(id string, f awslambda.Function, failures awssqs.Queue) {
	awslambda.NewCfnEventInvokeConfig(d.stack, jsii.String(id+"Retries"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName:             f.FunctionName(),
		Qualifier:                jsii.String("$LATEST"),
		MaximumRetryAttempts:     jsii.Number(2),
		MaximumEventAgeInSeconds: jsii.Number(6 * 60 * 60), // the longest: late is better than lost
		DestinationConfig: &awslambda.CfnEventInvokeConfig_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventInvokeConfig_OnFailureProperty{Destination: failures.QueueArn()},
		},
	})
}

// lookOnce has Lambda leave a look for heartbeats that failed to the next one: a late look sees no more than that.
func (d *deployment) lookOnce(id string, f awslambda.Function) {
	awslambda.NewCfnEventInvokeConfig(d.stack, jsii.String(id+"Retries"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName:             f.FunctionName(),
		Qualifier:                jsii.String("$LATEST"),
		MaximumRetryAttempts:     jsii.Number(0),
		MaximumEventAgeInSeconds: jsii.Number(5 * 60),
	})
}

// takeJobs gives the remediator its jobs one at a time, so that a job that hangs takes no other with it. The mapping's
// bound keeps messages in the queue while all executions are busy; without it throttled deliveries would count as tried.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
func (d *deployment) takeJobs() {
	concurrency := d.settings.Concurrency
	if concurrency == 0 {
		concurrency = defaultConcurrency
	}
	awslambda.NewCfnEventSourceMapping(d.stack, jsii.String("RemediateJobs"), &awslambda.CfnEventSourceMappingProps{
		EventSourceArn:        d.jobs.QueueArn(),
		FunctionName:          d.functions[remediate].FunctionName(),
		BatchSize:             jsii.Number(1),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig: &awslambda.CfnEventSourceMapping_ScalingConfigProperty{
			MaximumConcurrency: jsii.Number(concurrency),
		},
	})
}

func pointers(texts map[string]string) *map[string]*string {
	out := make(map[string]*string, len(texts))
	for k, v := range texts {
		out[k] = jsii.String(v)
	}
	return &out
}
