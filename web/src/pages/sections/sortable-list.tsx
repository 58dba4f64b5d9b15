import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon } from '@mantine/core';
import { IconGripVertical } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { useReadOnly } from '@/ui/writes';
import classes from './sortable-list.module.css';

type Item = { id: string };

type SortableListProps<Row extends Item> = {
  label: string;
  rows: Row[];
  /** How a row is called when it is moved. */
  nameOf: (row: Row) => string;
  onOrder: (ids: string[]) => void;
  children: (row: Row, index: number) => ReactNode;
  disabled?: boolean;
};

/** Rows that are put in order by dragging their handles, or with Space and the arrow keys. */
export function SortableList<Row extends Item>(props: SortableListProps<Row>) {
  const { label, rows, nameOf, onOrder, children } = props;
  // A handle is dragged by pointer events, which a disabled button may still get.
  const readOnly = useReadOnly() !== null;
  const disabled = props.disabled || readOnly;
  const id = useId();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const ids = rows.map((row) => row.id);
  const drop = ({ active, over }: DragEndEvent) => {
    if (over === null || over.id === active.id) return;
    onOrder(arrayMove(ids, ids.indexOf(String(active.id)), ids.indexOf(String(over.id))));
  };

  return (
    <DndContext
      id={id}
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{ announcements: announcements(rows, nameOf) }}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy} disabled={disabled}>
        <ol className={classes.list} aria-label={label}>
          {rows.map((row, index) => (
            <SortableRow key={row.id} id={row.id} name={nameOf(row)} disabled={disabled}>
              {children(row, index)}
            </SortableRow>
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

type SortableRowProps = { id: string; name: string; disabled?: boolean; children: ReactNode };

function SortableRow({ id, name, disabled, children }: SortableRowProps) {
  const sortable = useSortable({ id, disabled });
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition } =
    sortable;
  return (
    <li
      ref={setNodeRef}
      className={classes.row}
      data-dragging={sortable.isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <ActionIcon
        ref={setActivatorNodeRef}
        {...attributes}
        {...listeners}
        className={classes.handle}
        variant="subtle"
        color="gray"
        size="md"
        disabled={disabled}
        aria-label={`Move ${name}`}
      >
        <IconGripVertical size={16} aria-hidden />
      </ActionIcon>
      {children}
    </li>
  );
}

function announcements<Row extends Item>(rows: Row[], nameOf: (row: Row) => string): Announcements {
  const name = (id: UniqueIdentifier) => {
    const row = rows.find((each) => each.id === id);
    return row ? nameOf(row) : 'It';
  };
  const place = (id: UniqueIdentifier) =>
    `${rows.findIndex((row) => row.id === id) + 1} of ${rows.length}`;
  return {
    onDragStart: ({ active }) => `${name(active.id)} is picked up, at ${place(active.id)}.`,
    onDragOver: ({ active, over }) => over && `${name(active.id)} is at ${place(over.id)}.`,
    onDragEnd: ({ active, over }) =>
      over ? `${name(active.id)} is put down at ${place(over.id)}.` : 'It stays where it was.',
    onDragCancel: ({ active }) => `${name(active.id)} stays where it was.`,
  } as Announcements;
}
