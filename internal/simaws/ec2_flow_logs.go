package simaws

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func flowLogHandlers() handlers {
	h := handlers{}
	reads(h, describeFlowLogs)
	writes(h, createFlowLogs)
	writes(h, deleteFlowLogs)
	return h
}

func describeFlowLogs(r *request, in *ec2.DescribeFlowLogsInput) (*ec2.DescribeFlowLogsOutput, error) {
	var found []types.FlowLog
	for _, key := range slices.SortedFunc(maps.Keys(r.watchers.flowLogs), func(a, b named) int { return strings.Compare(a.name, b.name) }) {
		l := r.watchers.flowLogs[key]
		if key.region == r.region && !slices.ContainsFunc(in.Filter, func(f types.Filter) bool { return !fitsFlowLog(f, l) }) {
			found = append(found, l)
		}
	}
	items, next := page(r, found, in.NextToken)
	return &ec2.DescribeFlowLogsOutput{FlowLogs: items, NextToken: next}, nil
}

// fitsFlowLog knows the filters by id and by tag; any other fits nothing.
func fitsFlowLog(f types.Filter, l types.FlowLog) bool {
	if aws.ToString(f.Name) == "flow-log-id" {
		return slices.Contains(f.Values, *l.FlowLogId)
	}
	key, ok := strings.CutPrefix(aws.ToString(f.Name), "tag:")
	return ok && slices.ContainsFunc(l.Tags, func(t types.Tag) bool {
		return aws.ToString(t.Key) == key && slices.Contains(f.Values, aws.ToString(t.Value))
	})
}

func createFlowLogs(r *request, in *ec2.CreateFlowLogsInput) (*ec2.CreateFlowLogsOutput, error) {
	out := &ec2.CreateFlowLogsOutput{}
	for _, resource := range in.ResourceIds {
		for key, l := range r.watchers.flowLogs {
			if key.region == r.region && *l.ResourceId == resource && *l.LogDestination == aws.ToString(in.LogDestination) {
				return nil, ec2Error("FlowLogAlreadyExists", "There is an existing Flow Log with the same configuration and log destination.")
			}
		}
		id := r.newID("fl-%017x")
		l := types.FlowLog{
			FlowLogId: aws.String(id), ResourceId: aws.String(resource), TrafficType: in.TrafficType, LogDestinationType: in.LogDestinationType,
			LogDestination: in.LogDestination, LogFormat: in.LogFormat, MaxAggregationInterval: in.MaxAggregationInterval,
		}
		for _, spec := range in.TagSpecifications {
			l.Tags = append(l.Tags, spec.Tags...)
		}
		if o := in.DestinationOptions; o != nil {
			l.DestinationOptions = &types.DestinationOptionsResponse{
				FileFormat: o.FileFormat, HiveCompatiblePartitions: o.HiveCompatiblePartitions, PerHourPartition: o.PerHourPartition,
			}
		}
		r.watchers.flowLogs[named{r.region, id}] = l
		out.FlowLogIds = append(out.FlowLogIds, id)
	}
	return out, nil
}

func deleteFlowLogs(r *request, in *ec2.DeleteFlowLogsInput) (*ec2.DeleteFlowLogsOutput, error) {
	for _, id := range in.FlowLogIds {
		if _, ok := r.watchers.flowLogs[named{r.region, id}]; !ok {
			return nil, ec2Error("InvalidFlowLogId.NotFound", "These flow log ids in the input list are not found: "+id)
		}
	}
	for _, id := range in.FlowLogIds {
		delete(r.watchers.flowLogs, named{r.region, id})
	}
	return &ec2.DeleteFlowLogsOutput{}, nil
}
