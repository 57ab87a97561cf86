package com.example.sqlitestore;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A node in its own process. When it reads a line, it inserts records into one group, and writes
 * the id of each that the store has acknowledged.
 */
final class NodeProcess {

  private NodeProcess() {}

  /** Takes the file, the number of records to try, and the limit of the group. */
  public static void main(String[] args) throws IOException {
    TokenStore store = new SqliteTokenStore(Path.of(args[0]), Duration.ofMinutes(1));
    Limit limit = new Limit(Integer.parseInt(args[2]), Limit.Policy.REJECT);
    System.out.println("ready");
    if (System.in.read() < 0) {
      throw new IllegalStateException("standard input ended before the start signal");
    }
    Instant now = Instant.now();
    for (int number = 0; number < Integer.parseInt(args[1]); number++) {
      byte[] id = new byte[TokenId.LENGTH];
      ThreadLocalRandom.current().nextBytes(id);
      TokenRecord record =
          TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now).group("g").build();
      InsertResult result = store.insert(record, limit, now);
      if (result.outcome() == InsertResult.Outcome.INSERTED) {
        System.out.println(record.id());
      }
    }
  }
}
