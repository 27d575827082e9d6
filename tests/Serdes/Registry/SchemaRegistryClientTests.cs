using System.Net;
using MedStreams.Serialization.Registry;
using MedStreams.Support;

namespace MedStreams.Serialization.Tests.Registry;

public sealed class SchemaRegistryClientTests
{
    private static readonly SchemaRegistryOptions Options = new() { Urls = [new("http://one:8081"), new("http://two:8081/registry")] };

    [Fact]
    public async Task Everything_works_against_a_registry()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var schema = new RegistrySchema(TestRegistry.Record("x:int"));

        var registered = await client.RegisterAsync("a/b c", schema);
        Assert.Equal(("a/b c", 1, 1), (registered.Subject, registered.Version, registered.Id));
        Assert.Equal(registered.Id, (await client.FindAsync("a/b c", schema)).Id);
        Assert.Equal(TestRegistry.Record("x:int"), (await client.GetAsync(1)).Schema);
        Assert.Equal(1, (await client.GetVersionAsync("a/b c")).Version);
        Assert.Equal(1, (await client.GetVersionAsync("a/b c", 1)).Id);
        Assert.Equal(["a/b c"], await client.GetSubjectsAsync());
        Assert.Equal([1], await client.GetVersionsAsync("a/b c"));
        Assert.Equal(CompatibilityLevel.Backward, await client.GetCompatibilityAsync("a/b c"));
        await client.SetCompatibilityAsync(CompatibilityLevel.FullTransitive, "a/b c");
        Assert.Equal(CompatibilityLevel.FullTransitive, await client.GetCompatibilityAsync("a/b c"));
        var verdict = await client.CheckCompatibilityAsync("a/b c", new RegistrySchema(TestRegistry.Record("x:string")));
        Assert.False(verdict.IsCompatible);
        Assert.Contains("TYPE_MISMATCH", verdict.Messages[0], StringComparison.Ordinal);
        Assert.Equal([1], await client.DeleteSubjectAsync("a/b c"));
        Assert.Equal([1], await client.DeleteSubjectAsync("a/b c", permanent: true));
        var error = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetVersionAsync("a/b c"));
        Assert.Equal((40401, HttpStatusCode.NotFound, false), (error.ErrorCode, error.Status, error.IsTransient));
    }

    [Fact]
    public async Task What_cannot_change_is_asked_once_however_many_ask()
    {
        var handler = new ScriptedHandler();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        handler.Answers.Enqueue(_ => answer.Task);
        using var client = new SchemaRegistryClient(Options, null, handler);

        var calls = Enumerable.Range(0, 20).Select(_ => client.GetAsync(5)).ToArray();
        using var impatient = new CancellationTokenSource();
        var given = client.GetAsync(5, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        answer.SetResult(ScriptedHandler.Json("""{"schema":"\"int\""}"""));

        Assert.All(await Task.WhenAll(calls), schema => Assert.Equal("\"int\"", schema.Schema));
        Assert.Equal("\"int\"", (await client.GetAsync(5)).Schema);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_failure_is_not_remembered()
    {
        var handler = new ScriptedHandler();
        handler.Answer(404, """{"error_code":40403,"message":"Schema 5 not found"}""");
        handler.Answer(200, """{"schema":"\"int\""}""");
        using var client = new SchemaRegistryClient(Options, null, handler);

        var error = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetAsync(5));
        Assert.Equal("The schema registry one:8081 answers 40403: Schema 5 not found", error.Message);
        Assert.Equal("\"int\"", (await client.GetAsync(5)).Schema);
    }

    [Fact]
    public async Task The_next_address_is_asked_where_one_does_not_answer_and_stays_the_first()
    {
        var handler = new ScriptedHandler();
        handler.Answers.Enqueue(_ => throw new HttpRequestException("refused"));
        handler.Answer(200, "[]");
        handler.Answer(200, "[]");
        handler.Answer(503, "busy");
        handler.Answer(200, "[]");
        using var client = new SchemaRegistryClient(Options, null, handler);

        await client.GetSubjectsAsync();
        await client.GetSubjectsAsync();
        await client.GetSubjectsAsync();

        Assert.Equal(
            ["http://one:8081/subjects", "http://two:8081/registry/subjects", "http://two:8081/registry/subjects", "http://two:8081/registry/subjects", "http://one:8081/subjects"],
            handler.Requests.Select(r => r.Url));
    }

    [Fact]
    public async Task When_none_answers_it_is_tried_again_after_longer_and_longer_waits()
    {
        var clock = new ManualTime();
        var handler = new ScriptedHandler();
        for (var i = 0; i < 8; i++)
            handler.Answer(500, """{"error_code":50001,"message":"store"}""");
        using var client = new SchemaRegistryClient(Options with { Retries = 3, RetryBackoff = TimeSpan.FromSeconds(1) }, clock, handler);

        var call = client.GetSubjectsAsync();
        foreach (var (requests, wait) in new[] { (2, 1.5), (4, 3), (6, 6) })
        {
            await Eventually.Holds(() => handler.Requests.Count == requests);
            await Eventually.Holds(() => MoveOn(clock, wait, () => handler.Requests.Count > requests));
        }

        var error = await Assert.ThrowsAsync<SchemaRegistryException>(() => call);
        Assert.Equal((50001, true, 8), (error.ErrorCode, error.IsTransient, handler.Requests.Count));
    }

    [Fact]
    public async Task A_silent_registry_is_given_up_after_the_time_limit()
    {
        var clock = new ManualTime();
        var handler = new ScriptedHandler();
        handler.Answers.Enqueue(async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            throw new InvalidOperationException("never");
        });
        using var client = new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://one:8081")], Retries = 0 }, clock, handler);

        var call = client.GetSubjectsAsync();
        await Eventually.Holds(() => handler.Requests.Count == 1);
        clock.Advance(TimeSpan.FromSeconds(31));

        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => call)).IsTransient);
    }

    [Theory]
    [InlineData(401, "", false)]
    [InlineData(403, "<html>no</html>", false)]
    [InlineData(409, """{"error_code":409,"message":"incompatible"}""", false)]
    [InlineData(422, """{"error_code":42201,"message":"bad"}""", false)]
    [InlineData(502, "<html>gateway</html>", true)]
    [InlineData(429, "", true)]
    [InlineData(200, "<html>a page</html>", true)]
    [InlineData(200, """{"schema":7}""", true)]
    public async Task Answers_of_others_than_a_registry_are_told_apart(int status, string body, bool isTransient)
    {
        var handler = new ScriptedHandler();
        handler.Answer(status, body);
        using var client = new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://one:8081")], Retries = 0 }, null, handler);

        Assert.Equal(isTransient, (await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetAsync(1))).IsTransient);
    }

    [Fact]
    public async Task Who_one_is_goes_along_and_never_into_errors()
    {
        var handler = new ScriptedHandler();
        for (var i = 0; i < 3; i++)
            handler.Answer(200, "[]");
        using var basic = new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://h")], UserName = "ann", Password = "p:w" }, null, handler);
        using var inUrl = new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://ann:p%3Aw@h")] }, null, handler);
        using var bearer = new SchemaRegistryClient(
            new SchemaRegistryOptions { Urls = [new("http://h")], BearerToken = _ => new("t0ken"), Headers = new Dictionary<string, string> { ["Target-Sr-Cluster"] = "lsrc-1" } }, null, handler);

        await basic.GetSubjectsAsync();
        await inUrl.GetSubjectsAsync();
        await bearer.GetSubjectsAsync();

        Assert.Equal(["Basic YW5uOnA6dw==", "Basic YW5uOnA6dw==", "Bearer t0ken"], handler.Requests.Select(r => r.Authorization));
        Assert.Equal("http://h/subjects", handler.Requests[1].Url);
        var error = await Assert.ThrowsAsync<SchemaRegistryException>(() => new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://ann:secret@h")], Retries = 0 }, null, new ScriptedHandler()).GetSubjectsAsync());
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_their_range_are_named()
    {
        Bad(Options with { Urls = [] }, "Urls");
        Bad(Options with { Urls = [new("ftp://x")] }, "Urls");
        Bad(Options with { UserName = "x" }, "UserName");
        Bad(Options with { UserName = "x", Password = "y", BearerToken = _ => new("") }, "BearerToken");
        Bad(Options with { Retries = -1 }, "Retries");
        Bad(Options with { RequestTimeout = TimeSpan.Zero }, "RequestTimeout");
        Bad(Options with { CacheCapacity = 0 }, "CacheCapacity");

        static void Bad(SchemaRegistryOptions options, string name) =>
            Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static bool MoveOn(ManualTime clock, double seconds, Func<bool> done)
    {
        if (!done())
            clock.Advance(TimeSpan.FromSeconds(seconds / 10));
        return done();
    }
}
