package simaws_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"riposte/internal/simaws"
)

// A cloudRecord is what CloudTrail makes of a call.
type cloudRecord struct {
	source string // "iam", of iam.amazonaws.com
	name   string
	region string
	params map[string]any
	at     time.Time
}

// recordOf returns what CloudTrail records of a call: the request in the spelling of its service, which is not the SDK's.
func recordOf(t *testing.T, c simaws.Call, at time.Time) cloudRecord {
	t.Helper()
	raw, err := json.Marshal(c.Input)
	if err != nil {
		t.Fatal(err)
	}
	var input map[string]any
	if err := json.Unmarshal(raw, &input); err != nil {
		t.Fatal(err)
	}
	input = said(input).(map[string]any)
	r := cloudRecord{source: sourceOf(c.Service), name: c.Operation, region: c.Region, at: at}
	switch c.Service {
	case "EC2":
		r.params = ec2Params(c.Operation, input)
	case "S3", "S3 Control":
		r.name, r.params = bucketCall(t, c, input)
	case "SQS":
		attributes, _ := input["Attributes"].(map[string]any)
		delete(input, "Attributes")
		r.params = lowered(input).(map[string]any)
		parse(t, attributes, "Policy")
		r.params["attributes"] = attributes
	case "Lambda":
		if strings.HasSuffix(r.name, "Permission") {
			r.name += "20150331v2"
		}
		r.params = lowered(input).(map[string]any)
	default:
		r.params = lowered(input).(map[string]any)
	}
	return r
}

func sourceOf(service string) string {
	if s, ok := map[string]string{
		"Config Service": "config", "CloudWatch": "monitoring", "EventBridge": "events", "AccessAnalyzer": "access-analyzer",
		"Secrets Manager": "secretsmanager", "SSO Admin": "sso", "S3 Control": "s3",
	}[service]; ok {
		return s
	}
	return strings.ToLower(service)
}

// event returns the EventBridge event that carries the record of a call by a role, or a user.
func (r cloudRecord) event(t *testing.T, id, role string) []byte {
	t.Helper()
	name := role[strings.LastIndexByte(role, '/')+1:]
	session := strings.Replace(strings.Replace(role, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/riposte-1"
	identity := map[string]any{
		"type": "AssumedRole", "accountId": account, "arn": session,
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": role, "userName": name}},
	}
	if strings.Contains(role, ":user/") {
		identity = map[string]any{"type": "IAMUser", "accountId": account, "arn": role, "userName": name}
	}
	raw, err := json.Marshal(map[string]any{
		"id": "e-" + id, "source": "aws." + r.source, "detail-type": "AWS API Call via CloudTrail", "account": account,
		"region": r.region, "time": r.at.UTC().Format(time.RFC3339), "detail": map[string]any{
			"eventVersion": "1.11", "eventID": id, "eventSource": r.source + ".amazonaws.com", "eventName": r.name,
			"eventTime": r.at.UTC().Format(time.RFC3339), "awsRegion": r.region, "recipientAccountId": account,
			"eventType": "AwsApiCall", "readOnly": false, "sourceIPAddress": "192.0.2.10", "requestParameters": r.params,
			"userIdentity": identity,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// said leaves out what a call does not say.
func said(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			if inner = said(inner); inner != nil && inner != "" && name != "ResultMetadata" {
				out[name] = inner
			}
		}
		return out
	case []any:
		for i := range v {
			v[i] = said(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}

// lowered spells members as most services do: beginning with a small letter.
func lowered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			r := []rune(name)
			r[0] = unicode.ToLower(r[0])
			out[string(r)] = lowered(inner)
		}
		return out
	case []any:
		for i := range v {
			v[i] = lowered(v[i])
		}
	}
	return v
}

// itemised wraps lists as older calls of EC2 do.
func itemised(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = itemised(inner)
		}
	case []any:
		for i := range v {
			v[i] = itemised(v[i])
		}
		return map[string]any{"items": v}
	}
	return v
}

// numbered turns lists of the newer calls of EC2 into what those make of one item: the item with a number.
func numbered(input map[string]any, list, member string, wrap func(any) map[string]any) {
	values, ok := input[list].([]any)
	if !ok {
		return
	}
	delete(input, list)
	items := []any{}
	for i, v := range values {
		item := wrap(v)
		item["tag"] = i + 1
		items = append(items, item)
	}
	input[member] = items
	if len(items) == 1 {
		input[member] = items[0]
	}
}

func content(v any) map[string]any { return map[string]any{"content": v} }

func itself(v any) map[string]any { return v.(map[string]any) }

// ec2Params spells a request as EC2 does: older calls with small letters and lists of items, newer ones in an object that is
// named after the call.
func ec2Params(name string, input map[string]any) map[string]any {
	newer := false
	switch name {
	case "ModifySnapshotAttribute":
		items := []any{}
		for list, member := range map[string]string{"GroupNames": "group", "UserIds": "userId"} {
			values, _ := input[list].([]any)
			for _, v := range values {
				items = append(items, map[string]any{member: v})
			}
		}
		return map[string]any{
			"snapshotId": input["SnapshotId"], "attributeType": "CREATE_VOLUME_PERMISSION",
			"createVolumePermission": map[string]any{input["OperationType"].(string): map[string]any{"items": items}},
		}
	case "CreateNetworkAclEntry", "ReplaceNetworkAclEntry":
		input["AclProtocol"] = input["Protocol"]
		delete(input, "Protocol")
	case "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress":
		ids, _ := input["SecurityGroupRuleIds"].([]any)
		for i := range ids {
			ids[i] = map[string]any{"securityGroupRuleId": ids[i]}
		}
	case "ModifySecurityGroupRules":
		numbered(input, "SecurityGroupRules", "SecurityGroupRule", itself)
		newer = true
	case "DeleteFlowLogs":
		numbered(input, "FlowLogIds", "FlowLogId", content)
		newer = true
	case "CreateFlowLogs":
		numbered(input, "ResourceIds", "ResourceId", content)
		numbered(input, "TagSpecifications", "TagSpecification", itself)
		newer = true
	case "CreateTrafficMirrorSession", "DeleteTrafficMirrorSession", "ModifyInstanceMetadataOptions":
		newer = true
	}
	if newer || strings.HasPrefix(name, "Enable") || strings.HasPrefix(name, "Disable") {
		if len(input) == 0 {
			return map[string]any{name + "Request": ""}
		}
		return map[string]any{name + "Request": input}
	}
	return itemised(lowered(input)).(map[string]any)
}

// bucketCall spells a request as S3 does: the bucket, the host, and the body in the names of its XML.
func bucketCall(t *testing.T, c simaws.Call, input map[string]any) (name string, params map[string]any) {
	t.Helper()
	name = c.Operation
	if c.Service == "S3 Control" {
		name = strings.Replace(name, "Public", "AccountPublic", 1)
		params = map[string]any{"Host": account + ".s3-control." + c.Region + ".amazonaws.com", "publicAccessBlock": ""}
	} else {
		name = strings.Replace(name, "PublicAccessBlock", "BucketPublicAccessBlock", 1)
		if name == "PutBucketLifecycleConfiguration" {
			name = "PutBucketLifecycle"
		}
		bucket := input["Bucket"].(string)
		params = map[string]any{"bucketName": bucket, "Host": bucket + ".s3." + c.Region + ".amazonaws.com"}
	}
	for member, v := range input {
		switch member {
		case "Bucket", "ExpectedBucketOwner", "AccountId", "ChecksumAlgorithm":
		case "Key":
			params["key"] = v
		case "Policy":
			params["bucketPolicy"], params["policy"] = v, ""
			parse(t, params, "bucketPolicy")
		case "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP":
			params["x-amz-grant-"+map[string]string{
				"GrantFullControl": "full-control", "GrantRead": "read", "GrantReadACP": "read-acp", "GrantWriteACP": "write-acp",
			}[member]] = v
		default:
			params[member] = inXML(v)
		}
	}
	return name, params
}

// inXML names lists as S3's XML does: by what an item is, and one item without a list.
func inXML(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			switch list, _ := inner.([]any); {
			case name == "Grants":
				out["AccessControlList"] = map[string]any{"Grant": inXML(list)}
			case len(list) == 1:
				out[strings.TrimSuffix(name, "s")] = inXML(list[0])
			case list != nil:
				out[strings.TrimSuffix(name, "s")] = inXML(list)
			case name == "Type":
				out["xsi:type"] = inner
			default:
				out[name] = inXML(inner)
			}
		}
		return out
	case []any:
		for i := range v {
			v[i] = inXML(v[i])
		}
	}
	return v
}

// parse puts the object in the place of the text that holds it.
func parse(t *testing.T, in map[string]any, member string) {
	t.Helper()
	text, ok := in[member].(string)
	if !ok {
		return
	}
	var object any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	in[member] = object
}
