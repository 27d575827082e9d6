using MedStreams.Broker.Security;

namespace MedStreams.Broker.Tests.Security;

public sealed class DistinguishedNameTests
{
    /// <summary>Encoded names, and what Java's X500Principal (OpenJDK 17) makes of them.</summary>
    [Theory]
    [InlineData("3044310b30090603550406130243483111300f060355040a1308486f73706974616c31123010060355040b1309526164696f6c6f6779310e300c06035504031305616c696365", "CN=alice,OU=Radiology,O=Hospital,C=CH")]
    [InlineData("3055310b3009060355040613024348310b3009060355040813025a483110300e06035504070c075ac3bc726963683111300f060355040a13084f7267202b20436f311430120603550403130b44756b652c204a616d6573", "CN=Duke\\, James,O=Org \\+ Co,L=Zürich,ST=ZH,C=CH")]
    [InlineData("302331143012060355040a0c0b613c623e633b645c652266310b300906035504030c022378", "CN=\\#x,O=a\\<b\\>c\\;d\\\\e\\\"f")]
    [InlineData("3029310c300a060355040a1303783d793119301706035504031310206c65616420616e6420747261696c20", "CN=\\ lead and trail\\ ,O=x\\=y")]
    [InlineData("3026310d300b060355040313046d61696c3115301306092a864886f70d01090116066140622e6368", "1.2.840.113549.1.9.1=#16066140622e6368,CN=mail")]
    [InlineData("305031133011060a0992268993f22c64011916036f726731173015060a0992268993f22c64011916076578616d706c653120300c060355040313056d756c74693010060a0992268993f22c64010113027531", "CN=multi+UID=u1,DC=example,DC=org")]
    [InlineData("302a310e300c060355040913055761792031310a30080603550403130173310c300a06035504051303313233", "2.5.4.5=#1303313233,CN=s,STREET=Way 1")]
    [InlineData("301b310e300c060355040a1305656d7074793109300706035504031300", "CN=,O=empty")]
    [InlineData("302a310c300a06035504030c03e8aa9e310c300a060355040413034c6565310c300a060355042a1303416e6e", "2.5.4.42=#1303416e6e,2.5.4.4=#13034c6565,CN=語")]
    [InlineData("300e310c300a0603550403020300ff01", "CN=#020300ff01")]
    public void Names_are_written_as_Java_writes_them(string der, string name) =>
        Assert.Equal(name, DistinguishedName.Write(Convert.FromHexString(der)));

    /// <summary>The examples of Apache Kafka's documentation and tests.</summary>
    [Theory]
    [InlineData("CN=Duke,OU=ServiceUsers,O=Org,C=US", "duke")]
    [InlineData("CN=Duke,OU=SME,O=mycp,L=Fulton,ST=MD,C=US", "duke@sme")]
    [InlineData("cn=duke,ou=sme,dc=mycp,dc=com", "DUKE@SME")]
    [InlineData("cN=duke,OU=JavaSoft,O=Sun Microsystems", "DUKE")]
    [InlineData("OU=JavaSoft,O=Sun Microsystems,C=US", "OU=JavaSoft,O=Sun Microsystems,C=US")]
    public void Rules_make_names_of_names(string distinguishedName, string name)
    {
        var rules = CertificateNameRules.Of(string.Join(
            ", ",
            "RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/L",
            "RULE:^CN=(.*?),OU=(.*?),O=(.*?),L=(.*?),ST=(.*?),C=(.*?)$/$1@$2/L",
            "RULE:^cn=(.*?),ou=(.*?),dc=(.*?),dc=(.*?)$/$1@$2/U",
            "RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/U",
            "DEFAULT"));
        Assert.Equal(name, rules.Map(distinguishedName));
    }

    [Theory]
    [InlineData("RULE:^CN=((\\\\, *|\\w)+)(,.*|$)/$1/,DEFAULT", "CN=Tkac\\, Adam,OU=ITZ,DC=geodis,DC=cz", "Tkac\\, Adam")]
    [InlineData("RULE:^CN=(.*?),.*$/$1\\$$2/", "CN=a,O=b", "a$$2")]
    [InlineData("RULE:^CN=nobody$/x/", "CN=a", null)]
    [InlineData("", "CN=a", null)]
    public void Rules_know_escapes_and_may_match_nothing(string rules, string distinguishedName, string? name) =>
        Assert.Equal(name, CertificateNameRules.Of(rules).Map(distinguishedName));

    [Theory]
    [InlineData("default")]
    [InlineData("DEFAUL")]
    [InlineData("DEFAULT/L")]
    [InlineData("RULE:CN=(.*?),OU=ServiceUsers.*/$1")]
    [InlineData("rule:^CN=(.*?),OU=ServiceUsers.*$/$1/")]
    [InlineData("RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/L/U")]
    [InlineData("RULE:^CN=(.*?),OU=ServiceUsers.*$/L")]
    [InlineData("RULE:^CN=((.*$/$1/")]
    public void What_is_no_rule_is_refused(string rules)
    {
        Assert.NotNull(CertificateNameRules.Fault(rules));
        var options = new BrokerOptions
        {
            DataDirectory = "x",
            Tls = new TlsOptions { KeyStore = new TlsStore { Pem = "x" }, PrincipalMappingRules = rules },
        };
        Assert.Throws<BrokerException>(options.Validate);
    }
}
