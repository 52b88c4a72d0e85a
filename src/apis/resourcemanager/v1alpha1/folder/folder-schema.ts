/** Fields of a Folder. It has no protobuf form. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { field, integer, object, required } from '../../../../apimachinery/schema/schema.ts';
import { conditionsSchema } from '../../../conditions.ts';
import { componentName, parentRefSchema } from '../hierarchy.ts';

const spec = object(
  {
    parentRef: required(
      0,
      parentRefSchema('FolderParentReference', 'The organization or folder that a folder is directly under.'),
      'What the folder is directly under. Changing it moves the folder with all that is in it.',
    ),
  },
  { name: componentName('FolderSpec'), description: 'What is wanted of the folder.' },
);

const status = object(
  {
    observedGeneration: field(0, integer('int64'), 'The metadata.generation that this status is about.'),
    conditions: field(0, conditionsSchema, 'What is known of the folder: Ready.'),
  },
  { name: componentName('FolderStatus'), description: 'The state of the folder.' },
);

export const folderSchema = kindSchema({
  name: componentName('Folder'),
  description:
    'Folder groups projects and other folders of an organization; rules given on it hold for all below it.',
  fields: {
    spec: required(0, spec, 'What is wanted of the folder.'),
    status: field(0, status, 'The state of the folder, written by the server.'),
  },
});
