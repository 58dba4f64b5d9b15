import { EmptyState } from '@/ui/empty-state';

export function NoSections({ archived }: { archived: boolean }) {
  if (archived) {
    return (
      <EmptyState title="No archived sections">
        A section that you archive leaves the list and its pages, and waits here with its versions.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No sections yet">
      A section puts suggested questions and a search bar on the website’s own pages. Make one with
      “New section”, publish it, and paste its snippet where it should stand.
    </EmptyState>
  );
}
