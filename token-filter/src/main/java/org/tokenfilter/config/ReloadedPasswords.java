package org.tokenfilter.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.credentials.ApiKey;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.token.Subject;

/** Checks passwords by a file as it is now. */
record ReloadedPasswords(ReloadedFile<PasswordFile> file) implements Authenticator {

  /** Of how many accounts more than one must be gone for it to look like a mistake. */
  private static final int SUSPICIOUS_SHARE = 4;

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException as {@link PasswordFile#read} does
   */
  static ReloadedPasswords of(Path file) throws IOException {
    return new ReloadedPasswords(
        new ReloadedFile<>(file, PasswordFile::read, ReloadedPasswords::objection));
  }

  /** With {@code token.subject.recheck} all tokens of a user end whose account is gone. */
  private static Optional<String> objection(PasswordFile before, PasswordFile after) {
    Set<String> gone = new HashSet<>(before.users());
    gone.removeAll(after.users());
    if (gone.size() <= 1 || gone.size() * SUSPICIOUS_SHARE <= before.users().size()) {
      return Optional.empty();
    }
    return Optional.of(
        "%d of %d accounts are gone at once, which looks like a file that was cut off: put them back,"
                .formatted(gone.size(), before.users().size())
            + " or leave it for a minute if it is meant");
  }

  @Override
  public Optional<Subject> authenticate(Login login) {
    return file.get().authenticate(login);
  }

  @Override
  public Optional<Subject> authenticateKey(ApiKey key) {
    return file.get().authenticateKey(key);
  }

  @Override
  public Object accountsVersion() {
    return file.get();
  }

  @Override
  public boolean canTellCurrent() {
    return true;
  }

  @Override
  public Optional<Subject> current(Subject subject) {
    return file.get().current(subject);
  }
}
