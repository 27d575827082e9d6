using System.Data;
using System.Data.Common;
using MedStreams.Dicom;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>Objects that an old PACS keeps in columns of its tables, under <c>sql:</c> addresses; read as streams. Safe for several threads.</summary>
/// <param name="database">The database; not disposed here.</param>
/// <param name="options">The mapping.</param>
public sealed class SqlContentStore(DbDataSource database, SqlSourceOptions options) : IObjectStore
{
    /// <inheritdoc/>
    public string Name => options.Name;

    /// <inheritdoc/>
    public async Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
    {
        if (!SqlContentLocation.TryParse(location, out var name, out var key) || options.Objects.FirstOrDefault(o => o.Name == name && o.Content is not null) is not { ContentKey: { } column } map)
            throw new ObjectStoreException(ObjectStoreFailure.Refused, "Its address is none of a declared column.");
        var query = new SqlQuery(options);
        query.Select(map.Content);
        query.Where($"{column} = {query.Value(key)}");
        var command = query.ToCommand(database, map.From, []);
        DbDataReader? rows = null;
        try
        {
            rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, cancellationToken);
            if (!await rows.ReadAsync(cancellationToken) || await rows.IsDBNullAsync(0, cancellationToken))
                throw new ObjectStoreException(ObjectStoreFailure.NotThere, "There is no such row, or its column is empty.");
            var content = new SqlContentStream(rows.GetStream(0), rows, command);
            await content.SkipAsync(offset, cancellationToken);
            return new OpenedObject(content, null, null);
        }
        catch (Exception e)
        {
            if (rows is not null)
                await rows.DisposeAsync();
            await command.DisposeAsync();
            if (e is DbException)
                throw new ObjectStoreException(ObjectStoreFailure.Unavailable, "The database does not answer.", e);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<string?> VersionAsync(string location, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>The bytes of a column; holds the connection until it is disposed.</summary>
    private sealed class SqlContentStream(Stream content, DbDataReader rows, DbCommand command) : ReadOnlyStream
    {
        public async Task SkipAsync(long count, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 << 10];
            while (count > 0)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken);
                count = read > 0 ? count - read : throw new ObjectStoreException(ObjectStoreFailure.Changed, "The object was changed while it was read.");
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            catch (DbException e)
            {
                throw new IOException("The database does not answer.", e);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await content.DisposeAsync();
            await rows.DisposeAsync();
            await command.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
