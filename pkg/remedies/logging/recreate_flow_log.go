package logging

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// restores is the tag by which a flow log that was made anew is known: its value is the id of the deleted one.
const restores = "RiposteRestores"

// A flowLog is what a flow log records and where to; one that does not exist has no resource.
type flowLog struct {
	ID          string `json:"id,omitempty"`       // of the live one, so that the journal knows what it is called now
	Resource    string `json:"resource,omitempty"` // the id of a VPC, a subnet or a network interface
	Traffic     string `json:"traffic,omitempty"`
	To          string `json:"to,omitempty"` // the kind of destination
	Destination string `json:"destination,omitempty"`
	Format      string `json:"format,omitempty"`
	Interval    int32  `json:"interval,omitempty"`
	FileFormat  string `json:"file_format,omitempty"`
	Hive        bool   `json:"hive,omitempty"`
	Hourly      bool   `json:"hourly,omitempty"`
	TagFields   bool   `json:"tag_fields,omitempty"` // it records tags too
}

// RecreateFlowLog makes a deleted flow log anew as it last was.
func RecreateFlowLog(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, flowLog]{
		Action: actions.RecreateFlowLog(),
		Lens: remedy.Lens[*ec2.Client, flowLog]{
			Client: client(accounts, ec2.NewFromConfig), Read: readFlowLog, Write: writeFlowLog,
			Equal: func(a, b flowLog) bool { return a.plain() == b.plain() },
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := find(f, detect.FlowLog, []string{"DeleteFlowLogs"})
			if err == nil && !strings.HasPrefix(t.ID, "fl-") {
				err = remedy.Refuse("%s is no flow log with an id", f.Resource)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before flowLog) (flowLog, error) {
			if before.Resource != "" {
				return before, nil
			}
			return before, remedy.Refuse("nobody knows what flow log %s recorded: a person has to make it anew", t.ID)
		},
		Aspect:  "flow-log",
		Restore: restoreFlowLog,
		Summary: func(t remedy.Target, _, after flowLog) string {
			return fmt.Sprintf("flow log %s of %s: deleted → made anew, writing to %s", t.ID, after.Resource, after.Destination)
		},
		Nothing: func(t remedy.Target, live flowLog) string {
			return fmt.Sprintf("flow log %s of %s is there or was made anew", t.ID, live.Resource)
		},
	})
}

// plain returns a flow log without its id, and with what EC2 takes where nothing is said.
func (l flowLog) plain() flowLog {
	l.ID = ""
	if l.Resource == "" {
		return l
	}
	const (
		fields  = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
		minutes = 10 * 60 // seconds
	)
	l.Format = cmp.Or(l.Format, fields)
	l.Interval = cmp.Or(l.Interval, minutes)
	l.FileFormat = cmp.Or(l.FileFormat, string(types.DestinationFileFormatPlainText))
	return l
}

func restoreFlowLog(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before, good flowLog) (flowLog, error) {
	_, known := networkOf(good.Resource)
	switch {
	case before.Resource != "" && before.Resource != good.Resource: // anybody can tag a flow log
		return before, remedy.Refuse("a flow log of %s is marked as made in place of %s, which was one of %s", before.Resource, t.ID, good.Resource)
	case before.Resource != "":
		return before, nil
	case !known:
		return before, remedy.Refuse("flow log %s was one of %q, which a person has to make anew", t.ID, good.Resource)
	case good.To != string(types.LogDestinationTypeS3):
		return before, remedy.Refuse("flow log %s wrote to %q, which needs the right to pass a role: a person has to make it anew", t.ID, good.To)
	case good.TagFields:
		return before, remedy.Refuse("flow log %s recorded tags, which a person has to choose anew", t.ID)
	}
	return good, nil
}

func networkOf(id string) (types.FlowLogsResourceType, bool) {
	kind, _, _ := strings.Cut(id, "-")
	of, ok := map[string]types.FlowLogsResourceType{
		"vpc": types.FlowLogsResourceTypeVpc, "subnet": types.FlowLogsResourceTypeSubnet, "eni": types.FlowLogsResourceTypeNetworkInterface,
	}[kind]
	return of, ok
}

// liveFlowLog returns the flow log of the target, or the one that was made in its place; nil where there is neither.
func liveFlowLog(ctx context.Context, api *ec2.Client, t remedy.Target) (*types.FlowLog, error) {
	for _, filter := range []string{"flow-log-id", "tag:" + restores} {
		pages := ec2.NewDescribeFlowLogsPaginator(api, &ec2.DescribeFlowLogsInput{
			Filter: []types.Filter{{Name: aws.String(filter), Values: []string{t.ID}}},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, l := range page.FlowLogs {
				return &l, nil
			}
		}
	}
	return nil, nil
}

func readFlowLog(ctx context.Context, api *ec2.Client, t remedy.Target) (flowLog, error) {
	l, err := liveFlowLog(ctx, api, t)
	if err != nil || l == nil {
		return flowLog{}, err
	}
	live := flowLog{
		ID: aws.ToString(l.FlowLogId), Resource: aws.ToString(l.ResourceId), Traffic: string(l.TrafficType), To: string(l.LogDestinationType),
		Destination: aws.ToString(l.LogDestination), Format: aws.ToString(l.LogFormat), Interval: aws.ToInt32(l.MaxAggregationInterval),
		TagFields: len(l.TagFieldSpecifications) > 0,
	}
	if o := l.DestinationOptions; o != nil {
		live.FileFormat, live.Hive, live.Hourly = string(o.FileFormat), aws.ToBool(o.HiveCompatiblePartitions), aws.ToBool(o.PerHourPartition)
	}
	return live, nil
}

func writeFlowLog(ctx context.Context, api *ec2.Client, t remedy.Target, _, to flowLog) error {
	if to.Resource == "" {
		return deleteFlowLog(ctx, api, t)
	}
	network, _ := networkOf(to.Resource)
	in := &ec2.CreateFlowLogsInput{
		ResourceType: network, ResourceIds: []string{to.Resource}, TrafficType: types.TrafficType(to.Traffic),
		LogDestinationType: types.LogDestinationType(to.To), LogDestination: aws.String(to.Destination),
		TagSpecifications: []types.TagSpecification{{
			ResourceType: types.ResourceTypeVpcFlowLog, Tags: []types.Tag{{Key: aws.String(restores), Value: aws.String(t.ID)}},
		}},
	}
	if to.Format != "" {
		in.LogFormat = aws.String(to.Format)
	}
	if to.Interval != 0 {
		in.MaxAggregationInterval = aws.Int32(to.Interval)
	}
	if to.FileFormat != "" {
		in.DestinationOptions = &types.DestinationOptionsRequest{
			FileFormat: types.DestinationFileFormat(to.FileFormat), HiveCompatiblePartitions: aws.Bool(to.Hive), PerHourPartition: aws.Bool(to.Hourly),
		}
	}
	out, err := api.CreateFlowLogs(ctx, in)
	if access.Coded(err, "FlowLogAlreadyExists") {
		return &remedy.Refusal{Reason: fmt.Sprintf("%s has another flow log that records the same", to.Resource), Err: err}
	}
	if access.Coded(err, "InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidNetworkInterfaceID.NotFound") {
		return &remedy.Refusal{Reason: to.Resource + " no longer exists", Err: err}
	}
	if err != nil {
		return err
	}
	return refusedItem(out.Unsuccessful, t)
}

// deleteFlowLog deletes the flow log that was made in place of the target.
func deleteFlowLog(ctx context.Context, api *ec2.Client, t remedy.Target) error {
	l, err := liveFlowLog(ctx, api, t)
	if err != nil || l == nil {
		return err
	}
	out, err := api.DeleteFlowLogs(ctx, &ec2.DeleteFlowLogsInput{FlowLogIds: []string{aws.ToString(l.FlowLogId)}})
	if access.Coded(err, "InvalidFlowLogId.NotFound") {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	return refusedItem(out.Unsuccessful, t)
}

// refusedItem returns what EC2 says of an item that it did not carry out: the call as a whole succeeds.
func refusedItem(items []types.UnsuccessfulItem, t remedy.Target) error {
	for _, item := range items {
		if item.Error != nil {
			return remedy.Refuse("EC2 did not take the change of flow log %s: %s: %s", t.ID, aws.ToString(item.Error.Code), aws.ToString(item.Error.Message))
		}
	}
	return nil
}
