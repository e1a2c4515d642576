// A stranger's client against the simulated Buildkite: what it decodes is printed, one line of JSON a call.
//
//	go-buildkite story      the life of one build, by the API
//	go-buildkite refused    one create that is over the quota
//	go-buildkite webhooks   deliveries from standard input, a JSON object a line, verified and parsed
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/buildkite/go-buildkite/v4"
)

const (
	organization = "acme"
	pipeline     = "deploy"
	deployID     = "deploy:slack:T01ACME:1.2"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go-buildkite story | refused | webhooks")
	}
	var err error
	switch os.Args[1] {
	case "story":
		err = story(context.Background())
	case "refused":
		err = refused(context.Background())
	case "webhooks":
		err = webhooks()
	default:
		err = fmt.Errorf("no such command: %s", os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
}

func connect() (*buildkite.Client, error) {
	return buildkite.NewOpts(
		buildkite.WithBaseURL(os.Getenv("BUILDKITE_REST_API_ENDPOINT")+"/"),
		buildkite.WithTokenAuth(os.Getenv("BUILDKITE_API_TOKEN")),
	)
}

// refused shows what the client makes of a 429: it does not try again.
func refused(ctx context.Context) error {
	client, err := connect()
	if err != nil {
		return err
	}
	_, response, err := client.Builds.Create(ctx, organization, pipeline, buildkite.CreateBuild{Commit: "HEAD", Branch: "main", Message: "Deploy"})
	if err == nil {
		return fmt.Errorf("created in spite of the quota")
	}
	say("refused", "status", response.StatusCode, "scope", response.Header.Get("RateLimit-User-Scope"), "reset", response.Header.Get("RateLimit-User-Reset"))
	return nil
}

// story makes one request a line; the order is what the test expects.
func story(ctx context.Context) error {
	client, err := connect()
	if err != nil {
		return err
	}
	if err := account(ctx, client); err != nil {
		return err
	}
	number, err := build(ctx, client)
	if err != nil {
		return err
	}
	return ending(ctx, client, number)
}

func account(ctx context.Context, client *buildkite.Client) error {
	token, _, err := client.AccessTokens.Get(ctx)
	if err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	say("access-token", "scopes", token.Scopes)
	found, _, err := client.Pipelines.Get(ctx, organization, pipeline)
	if err != nil {
		return fmt.Errorf("pipeline: %w", err)
	}
	say("pipeline", "slug", found.Slug, "defaultBranch", found.DefaultBranch, "steps", len(found.Steps))
	limits, _, err := client.RateLimit.Get(ctx, organization)
	if err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	say("rate-limit", "limit", limits.Scopes.REST.Limit, "current", limits.Scopes.REST.Current)
	return nil
}

// build creates a build that waits at a block step, finds it by its meta-data, unblocks it, and reads the log of what followed.
func build(ctx context.Context, client *buildkite.Client) (string, error) {
	created, _, err := client.Builds.Create(ctx, organization, pipeline, buildkite.CreateBuild{
		Commit:                      strings.Repeat("4f5a6b7c", 5),
		Branch:                      "main",
		Message:                     "Deploy",
		Env:                         map[string]string{"COUNTERSIGN_DEPLOY_ID": deployID},
		MetaData:                    map[string]string{"countersign:deploy-id": deployID},
		IgnorePipelineBranchFilters: true,
	})
	if err != nil {
		return "", fmt.Errorf("create: %w", err)
	}
	number := strconv.Itoa(created.Number)
	say("create", "number", created.Number, "state", created.State, "author", created.Author.Name, "created", created.CreatedAt.UTC())

	got, _, err := client.Builds.Get(ctx, organization, pipeline, number, nil)
	if err != nil {
		return "", fmt.Errorf("get: %w", err)
	}
	say("get", "state", got.State, "blocked", got.Blocked, "jobs", kinds(got.Jobs))

	options := &buildkite.BuildsListOptions{
		MetaData:    buildkite.MetaDataFilters{MetaData: map[string]string{"countersign:deploy-id": deployID}},
		State:       []string{"blocked", "running"},
		ExcludeJobs: true,
	}
	listed, page, err := client.Builds.ListByPipeline(ctx, organization, pipeline, options)
	if err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	say("list", "builds", len(listed), "jobs", len(listed[0].Jobs), "nextPage", page.NextPage)

	job, _, err := client.Jobs.UnblockJob(ctx, organization, pipeline, number, got.Jobs[0].ID, &buildkite.JobUnblockOptions{Fields: map[string]string{"release": "1.2"}})
	if err != nil {
		return "", fmt.Errorf("unblock: %w", err)
	}
	say("unblock", "state", job.State, "by", job.UnblockedBy.Name, "unblockable", job.Unblockable)

	output, _, err := client.Jobs.GetJobLog(ctx, organization, pipeline, number, got.Jobs[2].ID)
	if err != nil {
		return "", fmt.Errorf("log: %w", err)
	}
	say("log", "content", output.Content, "size", output.Size)
	return number, nil
}

func ending(ctx context.Context, client *buildkite.Client, number string) error {
	note, _, err := client.Annotations.Create(ctx, organization, pipeline, number, buildkite.AnnotationCreate{Body: "Approved by Bea", Context: "countersign", Style: "info"})
	if err != nil {
		return fmt.Errorf("annotate: %w", err)
	}
	say("annotate", "context", note.Context, "priority", note.Priority)
	notes, _, err := client.Annotations.ListByBuild(ctx, organization, pipeline, number, nil)
	if err != nil {
		return fmt.Errorf("annotations: %w", err)
	}
	say("annotations", "html", notes[0].BodyHTML)
	again, err := client.Builds.Rebuild(ctx, organization, pipeline, number)
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	say("rebuild", "number", again.Number, "from", again.RebuiltFrom.Number, "metaData", len(again.MetaData))
	canceled, err := client.Builds.Cancel(ctx, organization, pipeline, strconv.Itoa(again.Number))
	if err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	say("cancel", "state", canceled.State)
	// No build 99: the error must carry what Buildkite says.
	_, _, err = client.Builds.Get(ctx, organization, pipeline, "99", nil)
	say("missing", "error", err != nil && strings.Contains(err.Error(), "404 No build found"))
	return nil
}

// webhooks reads lines {"headers": …, "body": …} as the simulator has sent them.
func webhooks() error {
	lines := json.NewDecoder(os.Stdin)
	for lines.More() {
		var sent delivery
		if err := lines.Decode(&sent); err != nil {
			return err
		}
		if err := sent.check(); err != nil {
			return err
		}
	}
	return nil
}

type delivery struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func (sent delivery) check() error {
	request, err := http.NewRequest(http.MethodPost, "/buildkite/webhooks", strings.NewReader(sent.Body))
	if err != nil {
		return err
	}
	for name, value := range sent.Headers {
		request.Header.Set(name, value)
	}
	payload, err := buildkite.ValidatePayload(request, []byte(os.Getenv("BUILDKITE_WEBHOOK_TOKEN")))
	if err != nil {
		say("webhook", "refused", err.Error())
		return nil
	}
	event, err := buildkite.ParseWebHook(buildkite.WebHookType(request), payload)
	if err != nil {
		return err
	}
	switch known := event.(type) {
	case *buildkite.BuildScheduledEvent:
		tell(known.BuildEvent)
	case *buildkite.BuildRunningEvent:
		tell(known.BuildEvent)
	case *buildkite.BuildFailingEvent:
		tell(known.BuildEvent)
	case *buildkite.BuildFinishedEvent:
		tell(known.BuildEvent)
	case *buildkite.JobStartedEvent:
		tellJob(known.JobEvent)
	case *buildkite.JobFinishedEvent:
		tellJob(known.JobEvent)
	case *buildkite.JobActivatedEvent:
		tellJob(known.JobEvent)
	case *buildkite.PingEvent:
		say(known.Event, "organization", known.Organization.Slug, "sender", known.Sender.Name)
	default:
		return fmt.Errorf("unexpected event %T", event)
	}
	return nil
}

func tell(event buildkite.BuildEvent) {
	say(event.Event, "build", event.Build.Number, "pipeline", event.Pipeline.Slug, "state", event.Build.State, "blocked", event.Build.Blocked, "metaData", event.Build.MetaData)
}

func tellJob(event buildkite.JobEvent) {
	say(event.Event, "build", event.Build.Number, "job", strings.TrimSpace(event.Job.Name+event.Job.Label), "state", event.Job.State)
}

func kinds(jobs []buildkite.Job) []string {
	var found []string
	for _, job := range jobs {
		found = append(found, strings.TrimSpace(job.Type+" "+job.State))
	}
	return found
}

// say prints one line: the call, and pairs of what was decoded.
func say(call string, pairs ...any) {
	line := map[string]any{"call": call}
	for i := 0; i < len(pairs); i += 2 {
		line[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(line)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
}
