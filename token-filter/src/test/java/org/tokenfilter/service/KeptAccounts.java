package org.tokenfilter.service;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/** Accounts that a test changes while a user is logged in. */
final class KeptAccounts implements AccountRecheck.AccountStatusProvider {

  /** An action before a result is returned. */
  @FunctionalInterface
  interface Step {
    void take(Subject subject) throws IOException;
  }

  private static final Step NONE = subject -> {};

  private final Map<String, Subject> accounts = new ConcurrentHashMap<>();
  private final List<Subject> asked = new CopyOnWriteArrayList<>();
  private volatile Step step = NONE;

  KeptAccounts() {
    has("alice", Scene.ALICE);
  }

  /** Sets the subject that is returned for this name. */
  void has(String name, Subject current) {
    accounts.put(name, current);
  }

  /** Removes the account, as if disabled or deleted. */
  void lacks(String name) {
    accounts.remove(name);
  }

  /** Sets the step to run before each result, whose exceptions pass to the caller. */
  void before(Step before) {
    step = before;
  }

  /** Makes each lookup fail, as if the directory were down. */
  void cut() {
    step =
        subject -> {
          throw new IOException("the directory is down");
        };
  }

  void mend() {
    step = NONE;
  }

  /** Returns the number of lookups. */
  int questions() {
    return asked.size();
  }

  /** Returns the subject of the last lookup. */
  Subject lastAsked() {
    return asked.get(asked.size() - 1);
  }

  @Override
  public Optional<Subject> current(Subject subject) throws IOException {
    asked.add(subject);
    @Nullable Subject current = accounts.get(subject.name());
    step.take(subject);
    return Optional.ofNullable(current);
  }
}
