package com.example.folderstore;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** A node in its own process that inserts records of one group when it reads a line. */
final class InserterProcess {

  static final int RECORDS = 40;
  static final int LIMIT = 5;

  private InserterProcess() {}

  public static void main(String[] args) throws IOException {
    FolderTokenStore store =
        new FolderTokenStore(Path.of(args[0]), Duration.ofMinutes(5), Duration.ofMinutes(1));
    Limit limit = new Limit(LIMIT, Limit.Policy.REJECT);
    System.out.println("ready");
    System.out.flush();
    if (System.in.read() < 0) {
      throw new IllegalStateException("standard input ended before the start signal");
    }
    for (int number = 0; number < RECORDS; number++) {
      byte[] id = new byte[TokenId.LENGTH];
      ThreadLocalRandom.current().nextBytes(id);
      Instant now = Instant.parse(args[1]);
      store.insert(
          TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now).group("alice").build(),
          limit,
          now);
    }
  }
}
