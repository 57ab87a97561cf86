package org.tokenfilter.service;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.token.Subject;

/** Accounts that a test changes while a user is logged in. */
final class MutableAccounts implements AccountStatusProvider {

  /** An action before a result is returned. */
  @FunctionalInterface
  interface Step {
    void run(Subject subject) throws IOException;
  }

  private static final Step NONE = subject -> {};

  private final Map<String, Subject> accounts = new ConcurrentHashMap<>();
  private final List<Subject> lookups = new CopyOnWriteArrayList<>();
  private volatile Step step = NONE;

  MutableAccounts() {
    put("alice", ServiceFixture.ALICE);
  }

  /** Sets the subject that is returned for this name. */
  void put(String name, Subject current) {
    accounts.put(name, current);
  }

  /** Removes the account, as if disabled or deleted. */
  void remove(String name) {
    accounts.remove(name);
  }

  /** Sets the step to run before each result, whose exceptions pass to the caller. */
  void beforeEach(Step before) {
    step = before;
  }

  /** Makes each lookup fail, as if the directory were down. */
  void disconnect() {
    step =
        subject -> {
          throw new IOException("the directory is down");
        };
  }

  void reconnect() {
    step = NONE;
  }

  /** Returns the number of lookups. */
  int lookupCount() {
    return lookups.size();
  }

  /** Returns the subject of the last lookup. */
  Subject lastLookup() {
    return lookups.get(lookups.size() - 1);
  }

  @Override
  public Optional<Subject> current(Subject subject) throws IOException {
    lookups.add(subject);
    @Nullable Subject current = accounts.get(subject.name());
    step.run(subject);
    return Optional.ofNullable(current);
  }
}
