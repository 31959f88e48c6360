package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// maxPage is how many items a page may be asked for; DynamoDB ends pages at 1 MB.
const maxPage = 1000

// List returns incidents, the newest first.
func (s *Store) List(ctx context.Context, q ledger.Query) ([]ledger.Incident, error) {
	list := []ledger.Incident{}
	for pages := dynamodb.NewQueryPaginator(s.api, s.query(q)); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(err)
		}
		for _, it := range page.Items {
			in, err := listed(it)
			if err != nil {
				return nil, err
			}
			if !item(it).over(s.now()) && q.Matches(in) {
				list = append(list, in)
			}
			if len(list) == q.Max() {
				return list, nil
			}
		}
	}
	return list, nil
}

func listed(it item) (ledger.Incident, error) {
	id := strings.TrimPrefix(it.text(schema.PartitionKey), "incident#")
	e, err := entryOf(id, it)
	if err != nil {
		return ledger.Incident{}, err
	}
	return record.Decode(id, e.body)
}

// query has the table leave out what q does not ask for, so that it need not be sent.
func (s *Store) query(q ledger.Query) *dynamodb.QueryInput {
	names := map[string]string{"#pk": schema.FeedPartition, "#sk": schema.FeedSort, "#expires": schema.TimeToLive}
	values := item{
		":feed": text(feedPartition), ":since": text(record.Moment(q.Since)), ":now": number(s.now().Unix()),
	}
	filter := "(attribute_not_exists(#expires) OR #expires > :now)"
	if q.State != "" {
		filter += " AND #state = :state"
		names["#state"], values[":state"] = attrState, text(string(q.State))
	}
	if q.Rule != "" {
		filter += " AND #rule = :rule"
		names["#rule"], values[":rule"] = attrRule, text(q.Rule)
	}
	in := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(schema.FeedIndex), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression: aws.String("#pk = :feed AND #sk >= :since"), FilterExpression: &filter,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	if q.State == "" && q.Rule == "" { // a limit counts items before they are filtered
		in.Limit = aws.Int32(int32(min(q.Max(), maxPage)))
	}
	return in
}
