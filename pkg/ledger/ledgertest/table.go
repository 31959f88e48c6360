package ledgertest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger/schema"
)

// CreateTable creates a table as the infrastructure deploys it, for tests against something that speaks DynamoDB.
func CreateTable(tb testing.TB, api *dynamodb.Client, name string) {
	tb.Helper()
	attributes := make([]types.AttributeDefinition, 0, 4)
	for _, a := range []string{schema.PartitionKey, schema.SortKey, schema.FeedPartition, schema.FeedSort} {
		attributes = append(attributes, types.AttributeDefinition{AttributeName: aws.String(a), AttributeType: types.ScalarAttributeTypeS})
	}
	keys := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange},
		}
	}
	_, err := api.CreateTable(tb.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: attributes,
		KeySchema: keys(schema.PartitionKey, schema.SortKey),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(schema.FeedIndex), KeySchema: keys(schema.FeedPartition, schema.FeedSort),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	})
	if err != nil {
		tb.Fatalf("create table %s: %v", name, err)
	}
	for {
		out, err := api.DescribeTable(tb.Context(), &dynamodb.DescribeTableInput{TableName: &name})
		if err != nil {
			tb.Fatalf("describe table %s: %v", name, err)
		}
		if out.Table.TableStatus == types.TableStatusActive {
			return
		}
	}
}
