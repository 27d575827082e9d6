using System.Text;
using MedStreams.Broker.Security;
using MedStreams.Broker.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Security;

public sealed class ScramTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    /// <summary>The example of RFC 7677, section 3.</summary>
    [Fact]
    public async Task The_exchange_of_RFC_7677_is_held()
    {
        var exchange = new ScramExchange(SaslMechanism.ScramSha256, await UserAsync(), ServerNonce);
        var first = exchange.Take(Encoding.UTF8.GetBytes($"n,,n=user,r={ClientNonce}"));
        Assert.Equal($"r={ClientNonce}{ServerNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", Encoding.UTF8.GetString(first));
        Assert.Null(exchange.User);
        var last = exchange.Take(Encoding.UTF8.GetBytes(
            $"c=biws,r={ClientNonce}{ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        Assert.Equal("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Encoding.UTF8.GetString(last));
        Assert.Equal("user", exchange.User);
        Assert.Throws<SaslRefusedException>(() => exchange.Take([]));
    }

    /// <summary>librdkafka before 2.6.1 puts its part of the nonce in front of the whole once more.</summary>
    [Fact]
    public async Task A_nonce_that_is_led_by_more_is_taken()
    {
        var exchange = new ScramExchange(SaslMechanism.ScramSha256, await UserAsync(), ServerNonce);
        exchange.Take(Encoding.UTF8.GetBytes($"n,,n=user,r={ClientNonce}"));
        var refusal = Assert.Throws<SaslRefusedException>(() => exchange.Take(Encoding.UTF8.GetBytes(
            $"c=biws,r={ClientNonce}{ClientNonce}{ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")));
        Assert.Equal("The password of user was wrong.", refusal.Message);
    }

    [Theory]
    [InlineData("c=biws,r=" + ClientNonce + ServerNonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVE=")]
    [InlineData("c=biws,r=" + ClientNonce + ServerNonce + ",p=AAAA")]
    [InlineData("c=biws,r=" + ClientNonce + ServerNonce + ",p=")]
    [InlineData("c=biws,r=" + ClientNonce + ServerNonce)]
    [InlineData("c=biws,r=" + ClientNonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=eSws,r=" + ClientNonce + ServerNonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("")]
    public async Task Any_other_final_message_is_refused(string final)
    {
        var exchange = new ScramExchange(SaslMechanism.ScramSha256, await UserAsync(), ServerNonce);
        exchange.Take(Encoding.UTF8.GetBytes($"n,,n=user,r={ClientNonce}"));
        Assert.Throws<SaslRefusedException>(() => exchange.Take(Encoding.UTF8.GetBytes(final)));
        Assert.Null(exchange.User);
    }

    [Theory]
    [InlineData("p=tls-unique,,n=user,r=abc")]
    [InlineData("n,a=somebody,n=user,r=abc")]
    [InlineData("n,b=user,n=user,r=abc")]
    [InlineData("n,,n=us=er,r=abc")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,n=user,r=a\tb")]
    [InlineData("n,,m=ext,n=user,r=abc")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,n=user")]
    [InlineData("")]
    public async Task Any_other_first_message_is_refused(string first)
    {
        var exchange = new ScramExchange(SaslMechanism.ScramSha256, await UserAsync());
        Assert.Throws<SaslRefusedException>(() => exchange.Take(Encoding.UTF8.GetBytes(first)));
    }

    [Fact]
    public async Task Names_may_hold_commas_and_equals_signs_and_one_may_act_as_oneself()
    {
        var users = await UserAsync("a,b=c");
        Assert.NotEmpty(new ScramExchange(SaslMechanism.ScramSha256, users).Take("n,a=a=2Cb=3Dc,n=a=2Cb=3Dc,r=abc"u8));
        Assert.NotEmpty(new ScramExchange(SaslMechanism.ScramSha256, users).Take("y,,n=a=2Cb=3Dc,r=abc,ext=1"u8));
    }

    [Fact]
    public async Task Users_that_there_are_not_look_like_users()
    {
        var disk = new SimulatedDisk();
        var users = await UserAsync(disk: disk);
        await users.ChangeAsync(all =>
        {
            all["other"] = [ScramCredential.Create(SaslMechanism.ScramSha256, "x", 8192)];
            all["third"] = [ScramCredential.Create(SaslMechanism.ScramSha256, "y", 8192)];
            return true;
        });
        var first = Ask(users, "nobody");
        Assert.Equal(first, Ask(users, "nobody"));
        Assert.NotEqual(first, Ask(users, "no one"));
        Assert.Equal("i=8192", first.Split(',')[^1]);
        Assert.Equal(Ask(users, "other").Split(',')[0].Length, first.Split(',')[0].Length);

        var after = new UserStore(SecurityFolder.Open(disk.Kill(), "/data"), NullLogger.Instance);
        Assert.Equal(first, Ask(after, "nobody"));

        static string Ask(UserStore users, string name)
        {
            var message = new ScramExchange(SaslMechanism.ScramSha256, users, ServerNonce).Take(Encoding.UTF8.GetBytes($"n,,n={name},r=abc"));
            return Encoding.UTF8.GetString(message)["r=abc".Length..];
        }
    }

    [Fact]
    public void A_stored_credential_does_not_hold_the_password()
    {
        var credential = ScramCredential.Create(SaslMechanism.ScramSha512, "pencil", 4096);
        Assert.True(credential.Verifies("pencil"));
        Assert.False(credential.Verifies("Pencil"));
        Assert.Equal(64, credential.StoredKey.Length);
        Assert.NotEqual(credential.StoredKey, ScramCredential.Create(SaslMechanism.ScramSha512, "pencil", 4096).StoredKey);
        Assert.DoesNotContain("pencil", credential.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A user with the password and the salt of the RFC.</summary>
    private static async Task<UserStore> UserAsync(string name = "user", SimulatedDisk? disk = null)
    {
        var users = new UserStore(SecurityFolder.Open(disk ?? new SimulatedDisk(), "/data"), NullLogger.Instance);
        var salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        var salted = System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(
            "pencil", salt, 4096, System.Security.Cryptography.HashAlgorithmName.SHA256, 32);
        await users.ChangeAsync(all =>
        {
            all[name] = [ScramCredential.FromSaltedPassword(SaslMechanism.ScramSha256, salted, salt, 4096)];
            return true;
        });
        return users;
    }
}
