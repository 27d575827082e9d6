namespace MedStreams.Serialization.Registry;

/// <summary>
/// What serdes need of a schema registry. Implementations remember what cannot change: the schema of an id, the id of a
/// registered schema. Safe for use by several threads.
/// </summary>
public interface ISchemaRegistryClient
{
    /// <summary>Registers a schema under a subject; one that is there already keeps its id and version.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="normalize">Whether differences that mean nothing (order of attributes) count for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">The schema is none or incompatible, access is denied, or no registry answers.</exception>
    Task<RegisteredSchema> RegisterAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default);

    /// <summary>Finds a schema under a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="normalize">As for <see cref="RegisterAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">It is not there (40401, 40403), access is denied, or no registry answers.</exception>
    Task<RegisteredSchema> FindAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default);

    /// <summary>The schema of an id.</summary>
    /// <exception cref="SchemaRegistryException">There is none (40403), access is denied, or no registry answers.</exception>
    Task<RegistrySchema> GetAsync(int id, CancellationToken cancellationToken = default);

    /// <summary>A version of a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="version">The version; null: the latest, which is asked for each time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">There is none (40401, 40402), access is denied, or no registry answers.</exception>
    Task<RegisteredSchema> GetVersionAsync(string subject, int? version = null, CancellationToken cancellationToken = default);
}
