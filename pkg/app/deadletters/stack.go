package deadletters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"riposte/pkg/iampolicy"
	"riposte/pkg/redrive"
)

// A Place is one dead-letter queue.
type Place struct {
	Name   string // for people, such as "LostEvents"
	URL    string
	Region string
	Kind   redrive.Kind
}

// A Stack is what the outputs of Riposte's stacks say about its dead letters.
type Stack struct {
	Region    string // of the functions and the remediation queue
	Functions map[redrive.Kind]string
	Jobs      string // URL of the remediation queue
	Places    []Place
	Elsewhere []string // places in other accounts, as "account/region": other credentials reach them
}

// ErrNoStack says that there is no stack of that name.
var ErrNoStack = errors.New("there is no such stack")

// The outputs that are read. Queues are found by the form of their outputs' names, so that one more needs no new version
// of the command line.
const (
	outputDetect = "DetectFunction"
	outputNotify = "NotifyFunction"
	outputJobs   = "JobsUrl"
	outputPlaces = "Places"
)

var outputQueue = regexp.MustCompile(`^((?:Lost|Failed)[A-Za-z]*?(Events|Forwards|Messages|Jobs))Url$`)

// kindOf returns what a queue with such a name holds. What could not be forwarded from another region is an event like
// any other.
func kindOf(word string) redrive.Kind {
	if word == "Forwards" {
		return redrive.Events
	}
	return redrive.Kind(strings.ToLower(word))
}

// ReadStack reads the outputs of the stack with the given name in the region of cfg, and of those that forward to it from
// other regions. Only the named regions are looked at for dead letters, or all that the stack knows. What cannot be
// read in a region is an error beside what could be read.
func ReadStack(ctx context.Context, cfg aws.Config, name string, regions []string) (Stack, error) {
	outputs, err := outputsOf(ctx, cfg, name)
	if err != nil {
		return Stack{}, fmt.Errorf("stack %s in %s: %w", name, cfg.Region, err)
	}
	s := Stack{Region: cfg.Region, Jobs: outputs[outputJobs], Functions: map[redrive.Kind]string{
		redrive.Events:   cmp.Or(outputs[outputDetect], FunctionOf(name, redrive.Events)),
		redrive.Messages: cmp.Or(outputs[outputNotify], FunctionOf(name, redrive.Messages)),
	}}
	all, elsewhere := regionsOf(outputs[outputPlaces], accountOf(outputs[outputJobs]))
	s.Elsewhere = elsewhere
	if len(regions) == 0 {
		regions = append([]string{cfg.Region}, all...)
	}
	slices.Sort(regions)
	var errs []error
	for _, region := range slices.Compact(regions) {
		there := outputs
		if region != cfg.Region {
			if there, err = regional(ctx, cfg, name, region); err != nil {
				errs = append(errs, fmt.Errorf("stack %s in %s: %w", name, region, err))
				continue
			}
		}
		s.Places = append(s.Places, placesIn(there, region)...)
	}
	return s, errors.Join(errs...)
}

// FunctionOf returns the name of the function of a stack that takes what a kind of letter holds; empty where none does.
func FunctionOf(stack string, k redrive.Kind) string {
	switch k {
	case redrive.Events:
		return stack + "-detect"
	case redrive.Messages:
		return stack + "-notify"
	default:
		return ""
	}
}

// regional returns the outputs of the stack that forwards from another region.
func regional(ctx context.Context, cfg aws.Config, name, region string) (map[string]string, error) {
	there := cfg.Copy()
	there.Region = region
	outputs, err := outputsOf(ctx, there, name)
	if errors.Is(err, ErrNoStack) {
		outputs, err = outputsOf(ctx, there, name+"-"+region)
	}
	return outputs, err
}

func outputsOf(ctx context.Context, cfg aws.Config, name string) (map[string]string, error) {
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), "does not exist") {
		return nil, ErrNoStack
	}
	if err != nil {
		return nil, fmt.Errorf("read its outputs: %w", err)
	}
	if len(out.Stacks) != 1 {
		return nil, ErrNoStack
	}
	outputs := map[string]string{}
	for _, o := range out.Stacks[0].Outputs {
		outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	return outputs, nil
}

func placesIn(outputs map[string]string, region string) []Place {
	var places []Place
	for _, key := range slices.Sorted(maps.Keys(outputs)) {
		if m := outputQueue.FindStringSubmatch(key); m != nil {
			places = append(places, Place{Name: m[1], URL: outputs[key], Region: region, Kind: kindOf(m[2])})
		}
	}
	return places
}

// regionsOf takes apart the places that a deployment watches: "region" or "account/region". What lies in another account
// than its own is out of these credentials' reach.
func regionsOf(places, own string) (regions, elsewhere []string) {
	for _, place := range strings.FieldsFunc(places, func(r rune) bool { return r == ',' || r == ' ' }) {
		account, region, qualified := strings.Cut(place, "/")
		switch {
		case !qualified:
			regions = append(regions, place)
		case account == own:
			regions = append(regions, region)
		default:
			elsewhere = append(elsewhere, place)
		}
	}
	return regions, elsewhere
}

// accountOf returns the account in the URL of a queue; empty where it names none.
func accountOf(url string) string {
	for part := range strings.SplitSeq(url, "/") {
		if iampolicy.IsAccount(part) {
			return part
		}
	}
	return ""
}

// RegionOf returns the region in the URL of a queue or in an ARN; empty where it names none.
func RegionOf(name string) string {
	if a, ok := iampolicy.ParseARN(name); ok {
		return a.Region
	}
	if m := queueHost.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// queueHost finds the region in the address of SQS, in each of its forms.
// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
var queueHost = regexp.MustCompile(`^https://(?:[a-z0-9-]+\.)*?sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.`)
