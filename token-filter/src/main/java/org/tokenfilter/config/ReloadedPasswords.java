package org.tokenfilter.config;

import java.util.Optional;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.token.Subject;

/** Checks passwords by a file as it is now. */
record ReloadedPasswords(ReloadedFile<PasswordFile> file) implements Authenticator {

  @Override
  public Optional<Subject> authenticate(Login login) {
    return file.get().authenticate(login);
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
