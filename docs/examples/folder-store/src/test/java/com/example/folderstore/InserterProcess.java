package com.example.folderstore;

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

/**
 * A node in its own process that inserts records of one group when it reads a line, until the group
 * is full and it has tried often enough. It writes the id of each record that was acknowledged.
 */
final class InserterProcess {

  static final int RECORDS = 40;
  static final int LIMIT = 5;

  private InserterProcess() {}

  public static void main(String[] args) throws IOException {
    FolderTokenStore store = new FolderTokenStore(Path.of(args[0]), Duration.ofMinutes(1));
    Limit limit = new Limit(Integer.parseInt(args[2]), Limit.Policy.REJECT);
    System.out.println("ready");
    System.out.flush();
    if (System.in.read() < 0) {
      throw new IllegalStateException("standard input ended before the start signal");
    }
    for (int number = 0; number < RECORDS || limit.max() > RECORDS; number++) {
      byte[] id = new byte[TokenId.LENGTH];
      ThreadLocalRandom.current().nextBytes(id);
      Instant now = Instant.parse(args[1]);
      TokenRecord record =
          TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now).group("alice").build();
      if (store.insert(record, limit, now).outcome() == InsertResult.Outcome.INSERTED) {
        System.out.println(record.id());
      }
    }
  }
}
