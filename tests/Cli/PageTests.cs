using System.Text;
using MedStreams.Monitoring.Page;

namespace MedStreams.Cli.Tests;

/// <summary>The page as an operator sets it up.</summary>
public sealed class PageTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task The_hash_of_a_password_is_printed_and_of_a_short_one_not()
    {
        var run = await new CliRunner { Input = Encoding.UTF8.GetBytes(Password + "\n") }.RunAsync("page", "hash-password");
        Assert.Equal(0, run.ExitCode);
        Assert.True(PasswordHash.TryParse(run.Output.Trim(), out var hash));
        Assert.True(hash.Verify(Password));
        Assert.False(hash.Verify(Password + "!"));
        Assert.Equal(2, (await new CliRunner { Input = "short\n"u8.ToArray() }.RunAsync("page", "hash-password")).ExitCode);
        Assert.Equal(2, (await new CliRunner { Input = [] }.RunAsync("page", "hash-password")).ExitCode);
    }

    [Theory]
    [InlineData("Page:Users:meyer:Hash=secret", "Page:Users:meyer:Hash")]
    [InlineData("Page:Users:meyer:Role=operator", "Page:Users:meyer:Hash is not set")]
    [InlineData("Page:Users:meyer:Colour=red", "a user has Hash, Role and PatientData")]
    [InlineData("Page:Listen=0.0.0.0:0", "Page:Users is not set")]
    [InlineData("Page:TlsProxies=everywhere", "Page:TlsProxies")]
    [InlineData("Page:CertificateFile=/nowhere.pem", "/nowhere.pem")]
    public async Task A_wrong_setting_is_named_and_no_secret_shown(string setting, string named)
    {
        var run = await CliRun.RunAsync("monitor", "-b", broker.Servers, "--listen", "127.0.0.1:0", "--set", "Page:Listen=127.0.0.1:0", "--set", setting);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("'secret'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_monitor_serves_it_with_a_password_for_one_log_in()
    {
        await using var monitor = ChildProcess.Start("monitor", "-b", broker.Servers, "--listen", "127.0.0.1:0", "--page", "127.0.0.1:0", "--json");
        Assert.NotNull(await monitor.ReadLineAsync());
        monitor.Signal("TERM");
        var run = await monitor.EndAsync();
        Assert.Matches("page: log in as admin with [a-z0-9]{16} ", run.Error);
        Assert.Matches("page: http://127.0.0.1:[0-9]+/", run.Error);
    }
}
