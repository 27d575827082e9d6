using FsCheck;
using FsCheck.Fluent;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;
using MedStreams.Broker.Tests.Clients;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Security;

public sealed class AuthorizerTests
{
    private const string Here = "127.0.0.1";
    private static readonly Principal Alice = Principal.User("alice");
    private static readonly Principal Bob = Principal.User("bob");

    [Fact]
    public async Task Without_a_rule_nothing_is_allowed_but_to_super_users()
    {
        var authorizer = await AuthorizerAsync(new AuthorizationOptions { SuperUsers = ["User:bob"] });
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "t"));
        Assert.True(authorizer.Allows(Bob, Here, AclOperation.Read, AclResourceType.Topic, "t"));
        Assert.False(authorizer.AllowsSome(Alice, Here, AclOperation.Write, AclResourceType.Topic));
        Assert.True(authorizer.AllowsSome(Bob, Here, AclOperation.Write, AclResourceType.Topic));
    }

    [Fact]
    public async Task What_no_rule_covers_may_be_open()
    {
        var authorizer = await AuthorizerAsync(
            new AuthorizationOptions { AllowEveryoneIfNoAclFound = true },
            Rule("User:bob", AclOperation.Read, "covered"), Rule("User:bob", AclOperation.Read, "pre", AclPatternType.Prefixed));
        Assert.True(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "open"));
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "covered"));
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "prefixed"));
        Assert.True(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Group, "covered"));
    }

    [Fact]
    public async Task A_rule_that_denies_outweighs_all_that_allow()
    {
        var authorizer = await AuthorizerAsync(
            new(),
            Rule("User:*", AclOperation.All, "*"),
            Rule("User:alice", AclOperation.Write, "secret", AclPatternType.Prefixed, AclPermission.Deny));
        Assert.True(authorizer.Allows(Alice, Here, AclOperation.Write, AclResourceType.Topic, "public"));
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Write, AclResourceType.Topic, "secrets"));
        Assert.True(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "secrets"));
        Assert.True(authorizer.Allows(Bob, Here, AclOperation.Write, AclResourceType.Topic, "secrets"));
    }

    [Theory]
    [InlineData((int)AclOperation.Read, (int)AclOperation.Describe, true)]
    [InlineData((int)AclOperation.Write, (int)AclOperation.Describe, true)]
    [InlineData((int)AclOperation.Delete, (int)AclOperation.Describe, true)]
    [InlineData((int)AclOperation.Alter, (int)AclOperation.Describe, true)]
    [InlineData((int)AclOperation.Create, (int)AclOperation.Describe, false)]
    [InlineData((int)AclOperation.AlterConfigs, (int)AclOperation.DescribeConfigs, true)]
    [InlineData((int)AclOperation.AlterConfigs, (int)AclOperation.Describe, false)]
    [InlineData((int)AclOperation.Describe, (int)AclOperation.Read, false)]
    [InlineData((int)AclOperation.All, (int)AclOperation.AlterConfigs, true)]
    public async Task To_allow_some_operations_allows_others_too(int granted, int asked, bool allowed)
    {
        var authorizer = await AuthorizerAsync(new(), Rule("User:alice", (AclOperation)granted, "t"));
        Assert.Equal(allowed, authorizer.Allows(Alice, Here, (AclOperation)asked, AclResourceType.Topic, "t"));
    }

    [Fact]
    public async Task To_deny_reading_does_not_deny_describing()
    {
        var authorizer = await AuthorizerAsync(
            new(), Rule("User:alice", AclOperation.All, "t"), Rule("User:alice", AclOperation.Read, "t", permission: AclPermission.Deny));
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "t"));
        Assert.True(authorizer.Allows(Alice, Here, AclOperation.Describe, AclResourceType.Topic, "t"));
    }

    [Fact]
    public async Task Rules_may_hold_for_one_address_only()
    {
        var authorizer = await AuthorizerAsync(new(), Rule("User:alice", AclOperation.Read, "t", host: "10.0.0.1"));
        Assert.True(authorizer.Allows(Alice, "10.0.0.1", AclOperation.Read, AclResourceType.Topic, "t"));
        Assert.False(authorizer.Allows(Alice, Here, AclOperation.Read, AclResourceType.Topic, "t"));
    }

    /// <summary>The cases of KIP-679.</summary>
    [Fact]
    public async Task Some_topic_may_be_written_unless_all_that_is_allowed_is_denied()
    {
        Assert.True(await MayWriteSomeAsync(Rule("User:alice", AclOperation.Write, "t")));
        Assert.True(await MayWriteSomeAsync(Rule("User:*", AclOperation.All, "*")));
        Assert.False(await MayWriteSomeAsync(Rule("User:alice", AclOperation.Read, "t")));
        Assert.False(await MayWriteSomeAsync(
            Rule("User:alice", AclOperation.Write, "t"), Rule("User:alice", AclOperation.Write, "t", permission: AclPermission.Deny)));
        Assert.True(await MayWriteSomeAsync(
            Rule("User:alice", AclOperation.Write, "te", AclPatternType.Prefixed),
            Rule("User:alice", AclOperation.Write, "test", AclPatternType.Prefixed, AclPermission.Deny)));
        Assert.False(await MayWriteSomeAsync(
            Rule("User:alice", AclOperation.Write, "test", AclPatternType.Prefixed),
            Rule("User:alice", AclOperation.Write, "te", AclPatternType.Prefixed, AclPermission.Deny)));
        Assert.False(await MayWriteSomeAsync(
            Rule("User:alice", AclOperation.Write, "t"), Rule("User:*", AclOperation.All, "*", permission: AclPermission.Deny)));
        Assert.True(await MayWriteSomeAsync(
            Rule("User:alice", AclOperation.Write, "*"), Rule("User:alice", AclOperation.Write, "t", AclPatternType.Prefixed, AclPermission.Deny)));
    }

    [Fact]
    public void The_index_answers_what_looking_at_all_rules_would()
    {
        var names = Gen.Elements("a", "ab", "abc", "b", "*", "");
        var rule = from type in Gen.Elements(AclResourceType.Topic, AclResourceType.Group)
                   from name in names.Where(n => n.Length > 0)
                   from pattern in Gen.Elements(AclPatternType.Literal, AclPatternType.Prefixed)
                   from principal in Gen.Elements("User:alice", "User:bob", "User:*")
                   from host in Gen.Elements("*", Here, "10.0.0.1")
                   from operation in Gen.Elements(AclOperation.All, AclOperation.Read, AclOperation.Write, AclOperation.Describe)
                   from permission in Gen.Frequency((3, Gen.Constant(AclPermission.Allow)), (1, Gen.Constant(AclPermission.Deny)))
                   select new AclRule(new(type, name, pattern), principal, host, operation, permission);
        var question = from name in names.Where(n => n.Length > 0)
                       from operation in Gen.Elements(AclOperation.Read, AclOperation.Describe)
                       select (Name: name, Operation: operation);
        var cases = from rules in rule.ListOf() from asked in question select (Rules: rules, asked.Name, asked.Operation);
        Prop.ForAll(cases.ToArbitrary(), c => Assert.Equal(
                Naive([.. c.Rules], c.Operation, c.Name),
                new AclIndex(c.Rules).Judge(Alice, Here, c.Operation, AclResourceType.Topic, c.Name)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public async Task Rules_outlive_a_kill_and_a_power_cut()
    {
        var disk = new SimulatedDisk();
        var store = new AclStore(SecurityFolder.Open(disk, "/data"));
        Assert.Equal(2, await store.AddAsync([Rule("User:alice", AclOperation.Read, "a"), Rule("User:bob", AclOperation.Read, "a")]));
        Assert.Equal(0, await store.AddAsync([Rule("User:alice", AclOperation.Read, "a")]));
        var everything = new AclFilter(AclResourceType.Any, null, AclPatternType.Any, "User:bob", null, AclOperation.Any, AclPermission.Any);
        Assert.Single((await store.RemoveAsync([everything, everything]))[1]);
        foreach (var after in new[] { disk.Kill(), disk.PowerCut(new Random(1)) })
        {
            var read = new AclStore(SecurityFolder.Open(after, "/data"));
            Assert.Equal([Rule("User:alice", AclOperation.Read, "a")], read.All);
        }
    }

    [Fact]
    public async Task What_one_process_writes_another_neither_loses_nor_misses()
    {
        var disk = new SimulatedDisk();
        var stores = Enumerable.Range(0, 4).Select(_ => new AclStore(SecurityFolder.Open(disk, "/data"))).ToList();
        await Task.WhenAll(stores.SelectMany((store, i) => Enumerable.Range(0, 10).Select(
            n => Task.Run(() => store.AddAsync([Rule("User:alice", AclOperation.Read, $"{i}-{n}")]).AsTask()))));
        foreach (var store in stores)
        {
            store.Refresh();
            Assert.Equal(40, store.All.Count);
        }
    }

    [Fact]
    public async Task What_was_read_before_a_change_does_not_replace_it()
    {
        var files = new FlakyFileSystem();
        var data = Directory.CreateTempSubdirectory("medstreams-rules-").FullName;
        try
        {
            var store = new AclStore(SecurityFolder.Open(files, data));
            await store.AddAsync([Rule("User:alice", AclOperation.Read, "a")]);
            var other = new AclStore(SecurityFolder.Open(PhysicalFileSystem.Instance, data));
            await other.AddAsync([Rule("User:alice", AclOperation.Read, "b")]);

            // While one thread has read the file and not yet taken it over, another one adds a rule, or waits for the first.
            Task? adding = null;
            files.AfterRead = path =>
            {
                files.AfterRead = null;
                adding = Task.Run(() => store.AddAsync([Rule("User:alice", AclOperation.Read, "c")]).AsTask());
                adding.Wait(TimeSpan.FromMilliseconds(500));
            };
            store.Refresh();
            await adding!;
            Assert.Equal(["a", "b", "c"], store.All.Select(rule => rule.Resource.Name));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        var disk = new SimulatedDisk();
        var folder = SecurityFolder.Open(disk, "/data");
        using (var file = disk.Open(folder.PathOf("acls.json")))
            file.Write(0, "{\"version\":1,\"rules\":[{}]}"u8);
        Assert.Throws<BrokerException>(() => new AclStore(folder));
        using (var file = disk.Open(folder.PathOf("acls.json")))
        {
            file.Truncate(0);
            file.Write(0, "{\"version\":2}"u8);
        }

        Assert.Throws<BrokerException>(() => new AclStore(folder));
    }

    private static bool? Naive(IReadOnlyList<AclRule> rules, AclOperation operation, string name)
    {
        var covering = rules.Where(r => r.Resource.Type == AclResourceType.Topic && r.Resource.Covers(name)).ToList();
        var about = covering.Where(r => r.IsAbout(operation) && r.Concerns("User:alice", Here)).ToList();
        if (covering.Count == 0)
            return null;
        return about.Exists(r => r.Permission == AclPermission.Allow) && !about.Exists(r => r.Permission == AclPermission.Deny);
    }

    private static async Task<bool> MayWriteSomeAsync(params AclRule[] rules) =>
        (await AuthorizerAsync(new(), rules)).AllowsSome(Alice, Here, AclOperation.Write, AclResourceType.Topic);

    private static async Task<Authorizer> AuthorizerAsync(AuthorizationOptions options, params AclRule[] rules)
    {
        var store = new AclStore(SecurityFolder.Open(new SimulatedDisk(), "/data"));
        await store.AddAsync(rules);
        return new(options, store);
    }

    private static AclRule Rule(
        string principal,
        AclOperation operation,
        string name,
        AclPatternType pattern = AclPatternType.Literal,
        AclPermission permission = AclPermission.Allow,
        string host = "*") => new(new(AclResourceType.Topic, name, pattern), principal, host, operation, permission);
}
